import { expect, test } from 'vitest';
import type { DayEarned, HourEarned } from '../api/insights';
import { everyDay, growth, spans, total, week } from './earned';

const day = (date: string, milli: number): DayEarned => ({ date, gifts: 1, coins: 2, diamonds_milli: milli, new_gifters: 1, returning_gifters: 0, new_milli: milli, returning_milli: 0, anonymous_milli: 0 });
const hour = (at: string, milli: number): HourEarned => ({ hour: at, gifts: 1, coins: 1, diamonds_milli: milli });

test('two spans of the same length lie end to end, over a month and a leap day', () => {
  expect(spans(28, Date.UTC(2024, 2, 10, 23, 59))).toEqual({ now: { from: '2024-02-12', to: '2024-03-10' }, before: { from: '2024-01-15', to: '2024-02-11' } });
});

test('days on which nothing came are there, and empty', () => {
  const days = everyDay([day('2026-11-02', 700)], { from: '2026-10-31', to: '2026-11-03' });
  expect(days.map(({ date, diamonds_milli }) => [date, diamonds_milli])).toEqual([['2026-10-31', 0], ['2026-11-01', 0], ['2026-11-02', 700], ['2026-11-03', 0]]);
  expect(total(days)).toEqual({ milli: 700, gifts: 1, coins: 2, new_gifters: 1 });
});

test('growth is of something', () => {
  expect([growth(150, 100), growth(50, 100), growth(100, 100), growth(5, 0)]).toEqual([5000, -5000, 0, null]);
});

test('hours fall on their weekday, Monday first, and sum up', () => {
  const utc = (at: Date) => ({ weekday: at.getUTCDay(), hour: at.getUTCHours() });
  const grid = week([hour('2026-11-23T20:00:00Z', 5), hour('2026-11-30T20:00:00Z', 6), hour('2026-11-29T00:00:00Z', 7)], utc);
  expect(grid.length).toBe(7);
  expect(grid[0]![20]).toEqual({ weekday: 1, hour: 20, milli: 11 });
  expect(grid[6]![0]).toEqual({ weekday: 0, hour: 0, milli: 7 });
  expect(grid.flat().filter(({ milli }) => milli > 0).length).toBe(2);
});
