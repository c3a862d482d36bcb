/** Figures of what earned, made ready to be drawn. No DOM. */
import type { DayEarned, HourEarned, Span } from '../api/insights';

const DAY_MS = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The last `days` UTC days up to now, and as many before them. */
export function spans(days: number, now_ms: number): { now: Span; before: Span } {
  const back = (n: number) => iso(now_ms - n * DAY_MS);
  return { now: { from: back(days - 1), to: back(0) }, before: { from: back(2 * days - 1), to: back(days) } };
}

/** Every day of a span, in order; those on which nothing came are empty. */
export function everyDay(rows: readonly DayEarned[], span: Span): DayEarned[] {
  const by = new Map(rows.map((row) => [row.date, row]));
  const days: DayEarned[] = [];
  for (let at = Date.parse(span.from); at <= Date.parse(span.to); at += DAY_MS) {
    const date = iso(at);
    days.push(by.get(date) ?? { date, gifts: 0, coins: 0, diamonds_milli: 0, new_gifters: 0, returning_gifters: 0, new_milli: 0, returning_milli: 0, anonymous_milli: 0 });
  }
  return days;
}

export interface Total {
  milli: number;
  gifts: number;
  coins: number;
  new_gifters: number;
}

export function total(rows: readonly DayEarned[]): Total {
  const sum = { milli: 0, gifts: 0, coins: 0, new_gifters: 0 };
  for (const row of rows) {
    sum.milli += row.diamonds_milli;
    sum.gifts += row.gifts;
    sum.coins += row.coins;
    sum.new_gifters += row.new_gifters;
  }
  return sum;
}

/** By how many basis points a figure grew; null where there was nothing before. */
export function growth(now: number, before: number): number | null {
  return before > 0 ? Math.round(((now - before) * 10_000) / before) : null;
}

export interface Cell {
  /** 0 is Sunday, as in `Date`. */
  weekday: number;
  hour: number;
  milli: number;
}

/** Milli-diamonds by weekday and hour of the reader's own time: seven rows from Monday, 24 cells each. */
export function week(rows: readonly HourEarned[], placeOf: (at: Date) => { weekday: number; hour: number } = local): Cell[][] {
  const grid = [1, 2, 3, 4, 5, 6, 0].map((weekday) => Array.from({ length: 24 }, (_, hour): Cell => ({ weekday, hour, milli: 0 })));
  for (const row of rows) {
    const { weekday, hour } = placeOf(new Date(row.hour));
    grid[(weekday + 6) % 7]![hour]!.milli += row.diamonds_milli;
  }
  return grid;
}

function local(at: Date): { weekday: number; hour: number } {
  return { weekday: at.getDay(), hour: at.getHours() };
}
