/** What would be bought: a bundle, or an exact number of coins. */
import type { Money } from '../api';

export interface Choice {
  coins: number;
  /** What is paid; `tax` is in it. */
  price: Money;
  tax: Money;
  tax_included: boolean;
  bundle_id: string | null;
}

/** A price without its tax. */
export const netOf = ({ price, tax }: Pick<Choice, 'price' | 'tax'>): Money => ({ ...price, minor: price.minor - tax.minor });
