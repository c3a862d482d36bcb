/** What diamonds are worth, in whole cents, rounded down as a payout is. */
import type { Money } from '../api';

/** `value_micros` are millionths of a US dollar a diamond. */
export function worthOf(milli: number, value_micros: number): Money {
  return { minor: Number((BigInt(milli) * BigInt(value_micros)) / 10_000_000n), currency: 'USD' };
}
