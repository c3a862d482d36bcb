/** Money that goes out: the shapes of payout methods and withdrawals, and their calls. */
import { http } from './client';
import type { Money, Page } from './types';

const e = encodeURIComponent;

export const RAILS = ['paypal', 'sepa', 'ach', 'manual', 'sandbox'] as const;
export type Rail = (typeof RAILS)[number];
export type PayoutStatus =
  | 'requested' | 'review' | 'approved' | 'submitting' | 'unknown' | 'submitted' | 'in_transit' | 'paid' | 'returned'
  | 'rejected' | 'canceled' | 'failed';

/** What bounds a withdrawal now; a rail of no currencies reaches all. */
export interface PayoutTerms {
  available_milli: number;
  available: Money;
  minimum: Money;
  weekly_maximum: Money;
  left: Money;
  fee_bps: number;
  fee: Money;
  rails: { rail: Rail; currencies: string[] }[];
}

export interface PayoutMethod {
  id: string;
  rail: Rail;
  country: string;
  currency: string;
  /** The account's end, as "…1234". */
  shown: string;
  verified: boolean;
  usable_at: string;
  made_at: string;
}

export interface ExchangeRate {
  /** Units of the currency for one US dollar, as decimal text. */
  per_dollar: string;
  source: string;
  on: string;
}

export interface PayoutQuote {
  quote_id: string;
  gross: Money;
  fee: Money;
  rate: ExchangeRate;
  net: Money;
  diamonds_milli: number;
  expires_at: string;
}

export interface PayoutStep {
  status: PayoutStatus;
  actor: string;
  reason: string;
  at: string;
}

export interface Payout extends Omit<PayoutQuote, 'quote_id' | 'expires_at'> {
  id: string;
  status: PayoutStatus;
  method_id: string;
  rail: Rail;
  shown: string;
  requested_at: string;
  cancelable: boolean;
  /** Oldest first. */
  history: PayoutStep[];
}

export const OPEN: readonly PayoutStatus[] = ['requested', 'review', 'approved', 'submitting', 'unknown', 'submitted', 'in_transit'];

export const payouts = {
  terms: () => http.get<PayoutTerms>('/v1/me/payouts/terms'),
  methods: () => http.get<Page<PayoutMethod>>('/v1/me/payout-methods'),
  addMethod: (id: string, method: Record<string, string>) => http.post<PayoutMethod>('/v1/me/payout-methods', { id, ...method }),
  removeMethod: (id: string) => http.del<void>(`/v1/me/payout-methods/${e(id)}`),
  verifyMethod: (id: string, first: number, second: number) => http.post<PayoutMethod>(`/v1/me/payout-methods/${e(id)}/verify`, { first, second }),
  quote: (method_id: string, diamonds_milli: number | null) =>
    http.post<PayoutQuote>('/v1/me/payouts/quote', { method_id, ...(diamonds_milli === null ? { all: true } : { diamonds_milli }) }),
  request: (id: string, quote_id: string, second_factor?: string) =>
    http.post<Payout>('/v1/me/payouts', { id, quote_id, ...(second_factor ? { second_factor } : {}) }),
  list: (cursor?: string) => http.get<Page<Payout>>('/v1/me/payouts', { cursor }),
  get: (id: string) => http.get<Payout>(`/v1/me/payouts/${e(id)}`),
  cancel: (id: string) => http.post<Payout>(`/v1/me/payouts/${e(id)}/cancel`),
};
