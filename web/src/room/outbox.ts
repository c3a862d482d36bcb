/** Gift orders whose outcome is not known yet, kept over a reload so that the same id is asked again, never a new one. */
import type { GiftOrder } from '../api';

const KEY = 'largesse.outbox';
const KEPT_MAX = 20;

export interface Outstanding {
  live_id: string;
  account_id: string;
  order: GiftOrder;
  at_ms: number;
}

export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Outbox {
  #shelf: Shelf;

  constructor(shelf: Shelf = localStorage) {
    this.#shelf = shelf;
  }

  list(): Outstanding[] {
    try {
      const kept: unknown = JSON.parse(this.#shelf.getItem(KEY) ?? '[]');
      return Array.isArray(kept) ? (kept as Outstanding[]) : [];
    } catch {
      return [];
    }
  }

  put(outstanding: Outstanding): void {
    this.#write([...this.list().filter(({ order }) => order.id !== outstanding.order.id), outstanding].slice(-KEPT_MAX));
  }

  drop(id: string): void {
    this.#write(this.list().filter(({ order }) => order.id !== id));
  }

  #write(list: Outstanding[]): void {
    if (list.length === 0) this.#shelf.removeItem(KEY);
    else this.#shelf.setItem(KEY, JSON.stringify(list));
  }
}
