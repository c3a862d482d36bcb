import { expect, test } from 'vitest';
import { backoffMs, beginAt, nextTarget, steer, TARGET_S, TARGET_S_MAX, trimTo } from './edge';

test('a viewer who comes begins a little behind the newest picture, never before the first', () => {
  expect(beginAt([[300, 301]])).toBeCloseTo(301 - TARGET_S);
  expect(beginAt([[300, 300.2]])).toBe(300);
  expect(beginAt([])).toBeNull();
});

test('who is near the edge plays as it comes', () => {
  expect(steer([[0, 10]], 9.3, 1)).toEqual({ to: null, rate: 1 });
  expect(steer([[0, 10]], 9, 1)).toEqual({ to: null, rate: 1 });
});

test('who is behind catches up, a little faster the further, and stops near the target', () => {
  expect(steer([[0, 10]], 8.7, 1).rate).toBe(1.05);
  expect(steer([[0, 10]], 7.5, 1).rate).toBe(1.1);
  expect(steer([[0, 10]], 9.1, 1.05).rate).toBe(1.05);
  expect(steer([[0, 10]], 9.25, 1.05).rate).toBe(1);
});

test('who is far behind jumps to the edge', () => {
  expect(steer([[0, 10]], 5.9, 1).to).toBeCloseTo(10 - TARGET_S);
});

test('who is about to run dry slows down until there is some again', () => {
  expect(steer([[0, 10]], 9.85, 1).rate).toBe(0.96);
  expect(steer([[0, 10]], 9.7, 0.96).rate).toBe(0.96);
  expect(steer([[0, 10]], 9.6, 0.96).rate).toBe(1);
});

test('a gap is jumped over, at its beginning and inside of it', () => {
  const spans = [[0, 5], [8, 8.4], [12, 14]] as const;
  expect(steer(spans, 4.95, 1).to).toBe(8);
  expect(steer(spans, 6, 1).to).toBe(8);
  expect(steer(spans, 10, 1).to).toBeCloseTo(14 - TARGET_S);
  expect(steer(spans, 3, 1).to).toBeCloseTo(14 - TARGET_S); // far behind
});

test('who waits at the end waits, and who stands far behind the end comes back', () => {
  expect(steer([[0, 5]], 5.02, 1)).toEqual({ to: null, rate: 1 });
  expect(steer([[0, 5]], 500, 1).to).toBeCloseTo(5 - TARGET_S);
  expect(steer([], 3, 1)).toEqual({ to: null, rate: 1 });
});

test('stalls ask for more distance, calm for less, within bounds', () => {
  let target = TARGET_S;
  for (let n = 0; n < 20; n++) target = nextTarget(target, true);
  expect(target).toBe(TARGET_S_MAX);
  for (let n = 0; n < 40; n++) target = nextTarget(target, false);
  expect(target).toBe(TARGET_S);
});

test('what lies long behind is thrown away, not every time a little', () => {
  expect(trimTo([[0, 40]], 39)).toBe(19);
  expect(trimTo([[15, 40]], 39)).toBeNull();
  expect(trimTo([], 39)).toBeNull();
});

test('tries get rarer, never rarer than some seconds', () => {
  expect(backoffMs(1, 0.5)).toBe(300);
  expect(backoffMs(3, 0.5)).toBe(1_200);
  expect(backoffMs(60, 0.5)).toBe(6_000);
  expect(backoffMs(1, 0)).toBeLessThan(backoffMs(1, 1));
});
