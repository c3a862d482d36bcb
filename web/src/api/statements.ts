/** What is behind a creator's figures, and their statements of months. */
import { http } from './client';
import type { GiftRecord, Money, Page } from './types';

const e = encodeURIComponent;

export interface PinnedPolicy {
  id: string;
  share_bps: number;
  diamond_value_micros: number;
  hold_days: number;
}

export interface StatementMonth {
  month: string;
  over: boolean;
  gifts: number;
  coins: number;
  opening_milli: number;
  earned_milli: number;
  reversed_milli: number;
  withdrawn_milli: number;
  given_back_milli: number;
  closing_milli: number;
  earned_value: Money;
}

/** Signed milli-diamonds; 0 where a withdrawal arrived. */
export interface StatementMove {
  at: string;
  kind: 'withdrawn' | 'arrived' | 'released' | 'returned' | 'reversed' | 'restored';
  diamonds_milli: number;
  payout_id: string | null;
  gross: Money | null;
  fee: Money | null;
  sent: Money | null;
}

export interface Statement extends StatementMonth {
  days: { date: string; gifts: number; coins: number; earned_milli: number; value: Money; policy: PinnedPolicy }[];
  moves: StatementMove[];
}

export const statements = {
  list: (cursor?: string) => http.get<Page<StatementMonth>>('/v1/me/statements', { cursor }),
  get: (month: string) => http.get<Statement>(`/v1/me/statements/${e(month)}`),
  csv: (month: string) => `/v1/me/statements/${e(month)}/csv`,
  giftsOf: (day: string, cursor?: string) => http.get<Page<GiftRecord>>('/v1/me/gifts/received', { day, cursor }),
};
