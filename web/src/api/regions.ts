/** What exists in which country, and the withdrawal right of a purchase. */
import { http } from './client';
import type { Money } from './types';

export interface Withdrawal {
  id: string;
  purchase: string;
  status: 'wanted' | 'pending' | 'done' | 'failed' | 'undone';
  coins: number;
  money: Money;
}

export interface RegionFeatures {
  buying: boolean;
  giving: boolean;
  withdrawing: boolean;
}

export interface RegionChange {
  effective_at: string;
  features: RegionFeatures;
  providers: string[];
  withdrawal_right: { days: number; unspent_only: boolean };
  tax_included: boolean;
}

/** What exists in a country; null for every country that is not listed. */
export interface Region {
  country: string | null;
  features: RegionFeatures;
  providers: string[];
  prices: { channel: string; currency: string; tax: { included: boolean; rate_bps: number } }[];
  withdrawal_right: { days: number; unspent_only: boolean };
  minimum_age: number;
  since: string;
  coming: RegionChange[];
}

export interface RegionList {
  default: Region;
  items: Region[];
}

export const regions = { list: () => http.get<RegionList>('/v1/regions') };

/** Gives unspent coins of a purchase back; the same key is the same withdrawal. */
export const withdraw = (purchase: string, key: string) =>
  http.post<Withdrawal>(`/v1/purchases/${encodeURIComponent(purchase)}/withdraw`, undefined, { 'Idempotency-Key': key });
