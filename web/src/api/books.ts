/** What finance sees of the books: months, their closing, and reports. Amounts are in each book's own unit. */
import { http } from './client';
import type { Person } from './types';

const e = encodeURIComponent;
type All<T> = { items: T[] };

/** A month as `2026-11`, in UTC. */
export interface Month {
  month: string;
  state: 'open' | 'closable' | 'proposed' | 'frozen';
  proposal: string | null;
  reason: string;
  ticket: string;
  proposed_by: Person | null;
  proposed_at: string | null;
  approved_by: Person | null;
  frozen_at: string | null;
  frozen_with: string | null;
}

/** `opening` and `closing` are debit less credit, in coins, milli-diamonds or minor units. */
export interface TrialLine {
  book: string;
  asset: 'coin' | 'promo' | 'diamond' | 'money';
  currency: string;
  opening: number;
  debit: number;
  credit: number;
  closing: number;
}

/** In minor units: opening + sold + given - recognised - removed = closing. */
export interface RollForward {
  currency: string;
  opening: number;
  sold: number;
  given: number;
  recognised: number;
  removed: number;
  closing: number;
}

/** `what` is `coins:…`, `diamonds:…` or a book; `units` coins or milli-diamonds. */
export interface Liability {
  what: string;
  currency: string;
  units: number | null;
  minor: number;
}

/** Of the coins that came in a month: laid = spent + removed + unspent. `month` is its first day. */
export interface Cohort {
  month: string;
  class: 'paid' | 'promo';
  currency: string;
  laid: number;
  spent: number;
  removed: number;
  unspent: number;
  unspent_minor: number;
}

export const books = {
  months: () => http.get<All<Month>>('/v1/office/months'),
  proposeClose: (id: string, month: string, reason: string) => http.post<unknown>('/v1/office/period-closes', { id, month, reason }),
  approveClose: (proposal: string) => http.post<unknown>(`/v1/office/period-closes/${e(proposal)}/approve`),
  rejectClose: (proposal: string) => http.post<unknown>(`/v1/office/period-closes/${e(proposal)}/reject`),
  trial: (month: string) => http.get<All<TrialLine>>('/v1/office/reports/trial-balance', { month }),
  deferred: (month: string) => http.get<All<RollForward>>('/v1/office/reports/deferred-revenue', { month }),
  liabilities: () => http.get<All<Liability>>('/v1/office/reports/liabilities'),
  breakage: () => http.get<All<Cohort>>('/v1/office/reports/breakage'),
};
