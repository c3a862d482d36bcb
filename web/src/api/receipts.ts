/** A purchase as its buyer keeps it. */
import type { Money } from './types';

/** Money that went back, or that a bank asked about; `coins` left for it, `from_gifts` of them out of gifts. */
export interface MoneyBack {
  status: string;
  money: Money;
  coins: number;
  from_gifts: number;
  begun_at: string;
  moved_at: string | null;
}

/** A purchase as its buyer keeps it; `issued_at` is null before the coins are there. */
export interface PurchaseReceipt {
  number: string;
  status: string;
  seller: { name: string; address: string[]; tax_id: string };
  buyer: { display_name: string; username: string; email: string | null; country: string };
  ordered_at: string;
  issued_at: string | null;
  coins: number;
  granted_class: string | null;
  net: Money;
  tax: Money;
  total: Money;
  tax_included: boolean;
  refunded: Money;
  provider: string;
  channel: string;
  live: boolean;
  history: { status: string; at: string }[];
  refunds: MoneyBack[];
  disputes: MoneyBack[];
}
