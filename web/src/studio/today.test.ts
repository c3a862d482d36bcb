import { expect, test } from 'vitest';
import { earnedToday } from './today';

const policy = { id: 'policy_1', share_bps: 7000, diamond_value_micros: 7000, hold_days: 14, effective_at: '2026-01-01T00:00:00Z' };

test("today's diamonds are those that clear the day after the hold", () => {
  const releases = [{ date: '2026-12-06', milli: 500 }, { date: '2026-12-07', milli: 700 }];
  expect(earnedToday({ releases, policy }, new Date('2026-11-22T23:59:00Z'))).toBe(700);
  expect(earnedToday({ releases, policy }, new Date('2026-11-23T00:00:00Z'))).toBe(0);
});

test('without a hold nothing is claimed', () => {
  expect(earnedToday({ releases: [], policy: { ...policy, hold_days: 0 } }, new Date())).toBeNull();
});
