/** What earned: the shapes of a creator's insights, and their calls. */
import { http } from './client';
import type { Page, Person } from './types';

/** UTC days, both included. */
export interface Span {
  from: string;
  to: string;
}

interface Sums {
  gifts: number;
  coins: number;
  diamonds_milli: number;
}

export interface DayEarned extends Sums {
  date: string;
  new_gifters: number;
  returning_gifters: number;
  new_milli: number;
  returning_milli: number;
  anonymous_milli: number;
}

export interface HourEarned extends Sums {
  hour: string;
}

export interface LiveEarned extends Sums {
  live: { id: string; kind: string; title: string; started_at: string | null; ended_at: string | null };
}

export interface GiftEarned extends Sums {
  gift_id: string;
  name: string;
  pieces: number;
}

export interface GifterEarned extends Sums {
  /** Null for all who gave anonymously, together. */
  account: Person | null;
  first_on: string | null;
  new: boolean;
}

const ask = <T>(what: string, span: Span, more: Record<string, string | number | undefined> = {}) =>
  http.get<T>(`/v1/me/insights/${what}`, { ...span, ...more });

export const insights = {
  days: async (span: Span) => (await ask<{ items: DayEarned[] }>('days', span)).items,
  hours: (span: Span, cursor?: string) => ask<Page<HourEarned>>('hours', span, { cursor }),
  lives: (span: Span, cursor?: string) => ask<Page<LiveEarned>>('lives', span, { cursor, limit: 10 }),
  gifts: (span: Span, cursor?: string) => ask<Page<GiftEarned>>('gifts', span, { cursor, limit: 10 }),
  gifters: (span: Span, cursor?: string) => ask<Page<GifterEarned>>('gifters', span, { cursor, limit: 10 }),
};

/** Every row of a list, page by page, at most `rows_max` of them. */
export async function everyRow<T>(list: (cursor?: string) => Promise<Page<T>>, rows_max = 10_000): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    rows.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && rows.length < rows_max);
  return rows;
}
