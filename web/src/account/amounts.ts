/** Amounts as people type them, and as the service takes them: whole coins, minor units of money. Never a float. */
import type { Money } from '../api';
import { localeOfNumbers } from '../i18n';

/** How many decimals a currency has. */
export function decimalsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Digits of every script as 0 to 9, without spaces. */
function plain(text: string): string {
  return text.replace(/\s/g, '').replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660)).replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 0x6f0));
}

/** Whole coins of what was typed; null for nothing, undefined for what is no number. */
export function readCoins(text: string): number | null | undefined {
  const digits = plain(text).replace(/[.,٬’'](?=\d{3}(\D|$))/g, '');
  if (digits === '') return null;
  return /^\d{1,12}$/.test(digits) ? Number(digits) : undefined;
}

/** Money of what was typed, with a point or a comma before its decimals; null for nothing, undefined for what is none. */
export function readMoney(text: string, currency: string): Money | null | undefined {
  const typed = plain(text);
  if (typed === '') return null;
  const decimals = decimalsOf(currency);
  const found = /^(\d{1,9})(?:[.,٫](\d*))?$/.exec(typed);
  if (!found || (found[2] ?? '').length > decimals) return undefined;
  return { minor: Number(found[1]! + (found[2] ?? '').padEnd(decimals, '0')), currency };
}

/** Coins as they are put into a field: the reader's digits, without groups; nothing for no limit. */
export function writeCoins(coins: number | null): string {
  return coins === null ? '' : new Intl.NumberFormat(localeOfNumbers(), { useGrouping: false }).format(coins);
}

/** Money as it is put into a field: the reader's digits and decimal mark, without its currency. */
export function writeMoney({ minor, currency }: Money): string {
  const decimals = decimalsOf(currency);
  const text = String(minor).padStart(decimals + 1, '0');
  const exact = (decimals ? `${text.slice(0, -decimals)}.${text.slice(-decimals)}` : text) as Intl.StringNumericLiteral;
  return new Intl.NumberFormat(localeOfNumbers(), { useGrouping: false, minimumFractionDigits: decimals }).format(exact);
}
