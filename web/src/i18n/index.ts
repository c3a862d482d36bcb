/** Words, numbers, money and dates in the reader's language. One JSON file a locale, shared with Python. */
import en from './en.json';
import type pages from './pages/en.json';
import type { Money } from '../api/types';

type Plural = { zero?: string; one?: string; two?: string; few?: string; many?: string; other: string };
export type Messages = Record<string, string | Plural>;
export type Key = keyof typeof en | keyof typeof pages;
export type Values = Record<string, string | number>;

const RTL = new Set(['ar', 'fa', 'he', 'ur']);
const LANG_KEY = 'largesse.lang';
type Loaders = Record<string, () => Promise<{ default: Messages }>>;
const others: Loaders = import.meta.glob<{ default: Messages }>(['./*.json', '!./en.json']);
/** Words that only some pages need, so that the room stays light; `i18n/pages.ts` adds them. */
const more: { english: Messages; others: Loaders } = { english: {}, others: {} };

export const locales = ['en', ...Object.keys(others).map((path) => path.slice(2, -5))];

let language = 'en';
let messages: Messages = en;
let rules = new Intl.PluralRules('en');
const numbers = new Map<string, Intl.NumberFormat>();

/** Adds a second file a locale to what this page knows; before `loadLocale`. */
export function addMessages(english: Messages, loaders: Loaders): void {
  more.english = english;
  more.others = loaders;
}

function wanted(): string {
  const served = document.documentElement.dataset['lang'];
  if (served) return served; // the server chose, by the same address, its cookie and the browser's wishes
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked) localStorage.setItem(LANG_KEY, asked);
  const choices = [asked ?? localStorage.getItem(LANG_KEY), ...navigator.languages];
  const found = choices.map((each) => each?.toLowerCase().split('-')[0]).find((each) => each && (locales.includes(each) || RTL.has(each)));
  return found ?? 'en';
}

/** Loads the reader's messages and turns the page's direction; unknown words stay English. */
export async function loadLocale(asked: string = wanted()): Promise<void> {
  const [own, extra] = await Promise.all([others[`./${asked}.json`]?.(), more.others[`./pages/${asked}.json`]?.()]);
  setLocale(asked, { ...en, ...more.english, ...own?.default, ...extra?.default });
  document.documentElement.lang = asked;
  document.documentElement.dir = RTL.has(asked) ? 'rtl' : 'ltr';
}

export function setLocale(tag: string, words: Messages): void {
  language = tag;
  messages = words;
  rules = new Intl.PluralRules(tag);
  numbers.clear();
}

/** The language in use, as `Intl` takes it. */
export function locale(): string {
  return language;
}

/** The message `key` with its `{names}` filled in; a plural one chooses by `values.n`. Numbers are written the reader's way. */
export function t(key: Key, values: Values = {}): string {
  const found = messages[key] ?? key;
  const text = typeof found === 'string' ? found : (found[rules.select(Number(values['n'] ?? 0))] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

/** For a code that came from the server: its message, or what the server said. */
export function tCode(prefix: string, code: string, otherwise: string, values: Values = {}): string {
  const key = `${prefix}.${code}`;
  return key in messages ? t(key as Key, values) : otherwise;
}

export function number(n: number, options: { compact?: boolean; signed?: boolean } = {}): string {
  const compact = options.compact === true && Math.abs(n) >= 10_000;
  const kind = `${compact ? 'c' : ''}${options.signed ? 's' : ''}`;
  let format = numbers.get(kind);
  if (!format) {
    format = new Intl.NumberFormat(language, {
      ...(compact ? { notation: 'compact', maximumFractionDigits: 1 } : {}),
      ...(options.signed ? { signDisplay: 'exceptZero' } : {}),
    } as Intl.NumberFormatOptions);
    numbers.set(kind, format);
  }
  return format.format(n);
}

/** Money exactly, through its decimal text: minor units never become a float. */
export function money({ minor, currency }: Money): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const decimal = `${minor < 0 ? '-' : ''}${whole}${digits ? `.${text.slice(-digits)}` : ''}`;
  return format.format(decimal as Intl.StringNumericLiteral);
}

/** Whole diamonds, rounded down, from milli-diamonds. */
export function diamonds(milli: number): string {
  return number(Math.floor(milli / 1000));
}

/** Basis points as a percentage: 7000 is "70%". */
export function percent(bps: number, digits = 1): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(bps / 10_000);
}

export function dateTime(iso: string, style: 'short' | 'medium' | 'long' = 'medium'): string {
  return new Intl.DateTimeFormat(language, { dateStyle: style, timeStyle: 'short' }).format(new Date(iso));
}

export function date(iso: string, style: 'short' | 'medium' | 'long' = 'medium'): string {
  return new Intl.DateTimeFormat(language, { dateStyle: style }).format(new Date(iso));
}

/** "in 5 minutes", "2 days ago". */
export function relative(iso: string, now_ms: number = Date.now()): string {
  const seconds = Math.round((new Date(iso).getTime() - now_ms) / 1000);
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(seconds, 'second');
}

/** A length of time, as "1:05:09" or "5:09". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A country's own name for its code: "US" is "United States". */
export function countryName(code: string): string {
  return new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code;
}
