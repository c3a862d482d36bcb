/** Amounts of the books as people read them, and the trial balance by what its books hold. */
import type { TrialLine } from '../api/books';
import { giftDiamonds, localeOfNumbers, money, number } from '../i18n';

export interface TrialGroup {
  asset: TrialLine['asset'];
  currency: string;
  lines: TrialLine[];
}

const ORDER: readonly TrialLine['asset'][] = ['money', 'coin', 'promo', 'diamond'];
export const COLUMNS = ['opening', 'debit', 'credit', 'closing'] as const;

/** The columns of a roll-forward, in the order of its sum. */
export const ROLLED = ['opening', 'sold', 'given', 'recognised', 'removed', 'closing'] as const;

/** "November 2026" for `2026-11` or a day of it. */
export function monthName(month: string): string {
  return new Intl.DateTimeFormat(localeOfNumbers(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month.slice(0, 7)}-01T00:00:00Z`));
}

/** An amount in its own unit, exactly: books add up to the last milli-diamond. */
export function amount(asset: TrialLine['asset'], currency: string, n: number): string {
  if (asset === 'money') return money({ minor: n, currency });
  return number(asset === 'diamond' ? giftDiamonds(n) : n);
}

/** Only what has one unit is added: a group for each currency of money, one for each other asset, each in the books' order. */
export function grouped(lines: readonly TrialLine[]): TrialGroup[] {
  const groups = new Map<string, TrialGroup>();
  for (const line of lines) {
    const key = `${ORDER.indexOf(line.asset)} ${line.currency}`;
    const group = groups.get(key) ?? { asset: line.asset, currency: line.currency, lines: [] };
    group.lines.push(line);
    groups.set(key, group);
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

export function sum<T>(lines: readonly T[], of: (line: T) => number): number {
  return lines.reduce((all, line) => all + of(line), 0);
}
