import { expect, test } from 'vitest';
import { Bigs, HURRY_FACTOR, STAGE_MS, STAGE_WAITING_MAX } from './bigs';
import { shownEffects } from './effects';
import type { EngineGift, Showing } from './model';
import { Pending, WAITING_MAX, WAIT_MS_MAX } from './pending';
import { Quality } from './quality';
import { Seen } from './seen';

const art = { still: '/rose.webp', recipe: 'bloom', accent: '#e2375b' } as const;
const rose: EngineGift = { id: 'rose', name: 'Rose', coins: 1, tier: 'small', art };
const lion: EngineGift = { id: 'lion', name: 'Lion', coins: 500, tier: 'mid', art };
let made = 0;

function given(gift: EngineGift, by: string | null, count = 1, more: Partial<Showing> = {}): Showing {
  const giver = by ? { id: `acct_${by}`, name: by } : null;
  return { id: `gift_${made++}`, gift, giver, count, coins: gift.coins * count, combo_id: null, own: false, ...more };
}

test('gifts of one sender and one kind become one line whose counts and coins are the sums', () => {
  const pending = new Pending();
  pending.add(given(rose, 'Alice', 5), 0);
  pending.add(given(rose, 'Charlie', 1), 1);
  pending.add(given(rose, 'Alice', 7), 2);
  expect(pending.size).toBe(2);
  expect(pending.take()).toMatchObject({ giver: { name: 'Alice' }, count: 12, coins: 12 });
  expect(pending.take()).toMatchObject({ giver: { name: 'Charlie' }, count: 1 });
  expect(pending.take()).toBeNull();
});

test('the dearest goes first, one\'s own before everything, then the oldest', () => {
  const pending = new Pending();
  pending.add(given(rose, 'Alice', 3), 0);
  pending.add(given(rose, 'Bob', 3), 1);
  pending.add(given(lion, 'Charlie'), 2);
  pending.add(given(rose, 'Me', 1, { own: true }), 3);
  expect([1, 2, 3, 4].map(() => pending.take()?.giver?.name)).toEqual(['Me', 'Charlie', 'Alice', 'Bob']);
});

test('anonymous gifts merge within a combo only', () => {
  const pending = new Pending();
  pending.add(given(rose, null, 1, { combo_id: 'a' }), 0);
  pending.add(given(rose, null, 1, { combo_id: 'a' }), 0);
  pending.add(given(rose, null, 1, { combo_id: 'b' }), 0);
  pending.add(given(rose, null), 0);
  expect(pending.size).toBe(3);
});

test('beyond forty the cheapest are folded, and no gift and no coin is lost', () => {
  const pending = new Pending();
  let count = 0;
  let coins = 0;
  for (let n = 1; n <= 500; n += 1) {
    const showing = given(rose, `viewer${n}`, (n * 37) % 90 + 1);
    count += showing.count;
    coins += showing.coins;
    pending.add(showing, n);
  }
  expect(pending.size).toBe(WAITING_MAX);
  const folded = pending.drainFolded();
  let last = Number.POSITIVE_INFINITY;
  for (let next = pending.take(); next; next = pending.take()) {
    expect(next.coins).toBeLessThanOrEqual(last);
    last = next.coins;
    folded.count += next.count;
    folded.coins += next.coins;
  }
  expect(folded).toEqual({ count, coins });
  expect(pending.drainFolded()).toEqual({ count: 0, coins: 0 });
});

test('what waited too long is folded, but never one\'s own', () => {
  const pending = new Pending();
  pending.add(given(rose, 'Alice', 4), 0);
  pending.add(given(rose, 'Me', 1, { own: true }), 0);
  pending.noteFolded(10, 20);
  pending.foldStale(WAIT_MS_MAX + 1);
  expect(pending.drainFolded()).toEqual({ count: 14, coins: 24 });
  expect(pending.take()?.own).toBe(true);
});

test('a refused gift takes only its own part back', () => {
  const pending = new Pending();
  const refused = given(rose, 'Alice', 2);
  pending.add(given(rose, 'Alice', 5), 0);
  pending.add(refused, 0);
  expect(pending.retract(refused)).toBe(true);
  expect(pending.take()).toMatchObject({ count: 5, coins: 5 });
  expect(pending.retract(refused)).toBe(false);
});

test('a replayed gift or frame is shown once, and memory of them is bounded', () => {
  const seen = new Seen();
  expect([seen.first('gift_1'), seen.first('gift_1')]).toEqual([true, false]);
  expect([seen.advance(7), seen.advance(7), seen.advance(6), seen.advance(4294967297)]).toEqual([true, false, false, true]);
  for (let n = 0; n < 5_000; n += 1) seen.first(`other_${n}`);
  expect(seen.has('other_4999')).toBe(true);
  expect(seen.has('gift_1')).toBe(false);
});

test('the stage takes the dearest first, hurries when more than five wait, and hands on what does not fit', () => {
  const bigs = new Bigs();
  const dear = (coins: number) => given({ ...lion, coins, tier: 'big' }, 'Alice');
  for (let n = 1; n <= 5; n += 1) bigs.add(dear(n * 1_000));
  expect(bigs.duration_ms()).toBe(STAGE_MS);
  bigs.add(dear(500));
  expect(bigs.duration_ms()).toBe(STAGE_MS * HURRY_FACTOR);
  expect(bigs.take()?.coins).toBe(5_000);
  const handed: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const overflow = bigs.add(dear(10_000 + n));
    if (overflow) handed.push(overflow.coins);
  }
  expect(bigs.size).toBe(STAGE_WAITING_MAX);
  expect(handed.slice(0, 3)).toEqual([500, 1_000, 2_000]);
});

test('one\'s own big gift that was refused leaves the queue of the stage', () => {
  const bigs = new Bigs();
  bigs.add(given({ ...lion, tier: 'big' }, 'Me', 1, { id: 'gift_x#0', own: true }));
  expect(bigs.retract('gift_x')).toBe(true);
  expect(bigs.take()).toBeNull();
});

test('slow frames lower the number of sprites in steps, a pause does not, and quick ones raise it again', () => {
  const quality = new Quality();
  quality.frame(4_000);
  expect(quality.level).toBe(3);
  for (let n = 0; n < 40; n += 1) quality.frame(40);
  expect(quality.level).toBe(2);
  for (let n = 0; n < 400; n += 1) quality.frame(40);
  expect(quality.sprites).toBe(0);
  for (let n = 0; n < 1_200; n += 1) quality.frame(16.6);
  expect(quality.level).toBe(3);
});

test('a system that asks for less motion gets calm effects, and off stays off', () => {
  expect(shownEffects('full', true)).toBe('calm');
  expect(shownEffects('full', false)).toBe('full');
  expect(shownEffects('off', true)).toBe('off');
});
