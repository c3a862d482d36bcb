import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { COMBO_MS, COUNT_MAX, Combo, GATHER_MS, type Batch } from './taps';

let sent: Batch[];
let ended: number;
let nth: number;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  ended = 0;
  nth = 0;
});
afterEach(() => void vi.useRealTimers());

function combo(answers_ms = 0): Combo {
  return new Combo(
    () => `id${nth++}`,
    async (batch) => {
      sent.push({ ...batch });
      if (answers_ms) await new Promise((resolve) => setTimeout(resolve, answers_ms));
    },
    () => (ended += 1),
  );
}

test('taps of 300 ms become one order of the combo', async () => {
  const roses = combo();
  for (let n = 0; n < 6; n += 1) roses.tap(1);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(GATHER_MS);
  roses.tap(1);
  await vi.advanceTimersByTimeAsync(GATHER_MS);
  expect(sent.map(({ count }) => count)).toEqual([6, 1]);
  expect(new Set(sent.map(({ combo_id }) => combo_id)).size).toBe(1);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
});

test('a combo ends three seconds after its last tap, not after its first', async () => {
  const roses = combo();
  roses.tap(1);
  await vi.advanceTimersByTimeAsync(COMBO_MS - 10);
  roses.tap(1);
  await vi.advanceTimersByTimeAsync(COMBO_MS - 10);
  expect(roses.over).toBe(false);
  await vi.advanceTimersByTimeAsync(20);
  expect([roses.over, ended, roses.total]).toEqual([true, 1, 2]);
  expect(roses.tap(1)).toBeNull();
});

test('on a slow network taps are conflated into the next order and none is lost', async () => {
  const roses = combo(5_000);
  let taps = 0;
  for (let n = 0; n < 20; n += 1) {
    roses.tap(1);
    taps += 1;
    await vi.advanceTimersByTimeAsync(150);
  }
  roses.end();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sent.length).toBe(2);
  expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(taps);
  expect(ended).toBe(1);
});

test('an order never holds more than the server takes', async () => {
  const roses = combo();
  for (let n = 0; n < 5; n += 1) roses.tap(400);
  roses.end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(Math.max(...sent.map(({ count }) => count))).toBeLessThanOrEqual(COUNT_MAX);
  expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(2_000);
});
