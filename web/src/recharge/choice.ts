/** What would be bought: a bundle, or an exact number of coins. */
import type { Money } from '../api';

export interface Choice {
  coins: number;
  price: Money;
  bundle_id: string | null;
}
