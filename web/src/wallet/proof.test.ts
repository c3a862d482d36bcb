import { expect, test } from 'vitest';
import fixture from './fixtures/proof.json'; // written by the service's own code
import { canVerify, readCheckpoint, verify, type Proof } from './proof';

const { keys } = fixture;
const proof = () => structuredClone(fixture.proof) as Proof;
const shown = { receipt: fixture.proof.receipt, coins: 9, count: 9, diamonds_milli: 6300, recorded_at: fixture.proof.recorded_at };

test('a proof that the service wrote holds here as well', async () => {
  expect(await canVerify()).toBe(true);
  expect(await verify(proof(), keys, shown)).toEqual({
    ok: true, failed: null, checkpoint: { number: 77, at: '2026-11-22T08:01:02.345678Z', origin: 'https://largesse.example' },
  });
});

test('every changed number of the gift is noticed', async () => {
  for (const name of Object.keys(proof().gift) as (keyof Proof['gift'])[]) {
    if (name === 'id') continue;
    const changed = proof();
    (changed.gift[name] as number) += 1;
    expect((await verify(changed, keys, shown)).ok, name).toBe(false);
  }
});

test('a changed salt, step, link, checkpoint or signature is noticed at its own step', async () => {
  const other = (text: string) => (text.startsWith('0') ? '1' : '0') + text.slice(1);
  const failed = async (change: (changed: Proof) => void) => {
    const changed = proof();
    change(changed);
    return (await verify(changed, keys, shown)).failed;
  };
  expect(await failed((p) => (p.salt = other(p.salt)))).toBe('chain');
  expect(await failed((p) => (p.path[0] = other(p.path[0]!)))).toBe('chain');
  expect(await failed((p) => p.path.pop())).toBe('tree');
  expect(await failed((p) => p.path.push(p.path[0]!))).toBe('tree');
  expect(await failed((p) => (p.gifts = 8))).toBe('tree');
  expect(await failed((p) => (p.gifts += 1))).toBe('chain');
  expect(await failed((p) => (p.links[1] = other(p.links[1]!)))).toBe('chain');
  expect(await failed((p) => (p.checkpoint = p.checkpoint.replace('number 77', 'number 78')))).toBe('signature');
  expect(await failed((p) => (p.signature = other(p.signature)))).toBe('signature');
  expect(await failed((p) => (p.salt = 'zz'))).toBe('gift');
});

test('a key that nobody published proves nothing, and neither does a proof of another gift', async () => {
  expect((await verify(proof(), { ...keys, keys: [] }, shown)).failed).toBe('key');
  expect((await verify(proof(), keys, { ...shown, coins: 10 })).failed).toBe('gift');
  expect((await verify(proof(), keys, { ...shown, recorded_at: '2026-11-22T08:00:01Z' })).failed).toBe('gift');
});

test('another time is noticed to the microsecond', async () => {
  const changed = proof();
  changed.recorded_at = changed.recorded_at.replace('1Z', '2Z');
  expect(changed.recorded_at).not.toBe(fixture.proof.recorded_at);
  expect((await verify(changed, keys, { ...shown, recorded_at: changed.recorded_at })).failed).toBe('chain');
});

test('a text that is no checkpoint is not read as one', () => {
  expect(readCheckpoint('hello\nnumber 1\n')).toBeNull();
});
