import { expect, test } from 'vitest';
import { localToIso, soonLocal, toLocal } from './when';

test('a local time comes back as the same moment', () => {
  const at = new Date(2026, 10, 22, 18, 30);
  expect(localToIso(toLocal(at))).toBe(at.toISOString());
  expect(localToIso('2026-11')).toBeNull();
  expect(localToIso('2026-13-45T99:99')).toBeNull();
});

test('the proposed time is a half hour, an hour or more away', () => {
  const now = new Date(2026, 10, 22, 18, 1, 7);
  expect(soonLocal(now)).toBe('2026-11-22T19:30');
});
