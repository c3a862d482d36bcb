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
  granted_milli: number;
  reversed_milli: number;
  withdrawn_milli: number;
  given_back_milli: number;
  closing_milli: number;
  earned_value: Money;
}

/** A sum of the balance. */
export type Figure = 'available' | 'pending' | 'held' | 'reserved' | 'paid' | 'lifetime';

/** What a UTC day gave under one policy, and where it is now. */
export interface EarningDay {
  date: string;
  clears_on: string | null;
  gifts: number;
  coins: number;
  earned_milli: number;
  granted_milli: number;
  reversed_milli: number;
  held_milli: number;
  pending_milli: number;
  available_milli: number;
  reserved_milli: number;
  paid_milli: number;
  value: Money;
  policy: PinnedPolicy;
}

/** Signed milli-diamonds; 0 where a withdrawal arrived. */
export interface StatementMove {
  at: string;
  kind: 'withdrawn' | 'arrived' | 'released' | 'returned' | 'reversed' | 'restored' | 'granted';
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
  pdf: (month: string) => `/v1/me/statements/${e(month)}/pdf`,
  days: (figure: Figure, cursor?: string) => http.get<Page<EarningDay>>('/v1/me/diamonds/days', { ...(figure === 'lifetime' ? {} : { in: figure }), cursor }),
  /** The gifts of a day under one policy; pages of a day that are all another policy's are passed over. */
  giftsOf: async (day: string, policy: string, cursor?: string): Promise<Page<GiftRecord>> => {
    let page: Page<GiftRecord> = { items: [], next_cursor: cursor ?? null };
    do {
      const found = await http.get<Page<GiftRecord>>('/v1/me/gifts/received', { day, cursor: page.next_cursor ?? undefined });
      page = { ...found, items: found.items.filter(({ policy_id }) => policy_id === policy) };
    } while (page.items.length === 0 && page.next_cursor !== null);
    return page;
  },
};
