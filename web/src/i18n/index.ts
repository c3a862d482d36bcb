/** Words, numbers, money and dates in the reader's language. One JSON file a locale, shared with Python. */
import type en from './en.json';
import type office from './office/en.json';
import type pages from './pages/en.json';
import type sheets from './sheets/en.json';
import type studio from './studio/en.json';
import type video from './video/en.json';
import type { Money, Person } from '../api/types';

type Plural = { zero?: string; one?: string; two?: string; few?: string; many?: string; other: string };
export type Messages = Record<string, string | Plural>;
export type Key = keyof typeof en | keyof typeof sheets | keyof typeof pages | keyof typeof studio | keyof typeof video | keyof typeof office;
export type Values = Record<string, string | number>;

const RTL = new Set(['ar', 'fa', 'he', 'ur']);
const LANG_KEY = 'largesse.lang';
/** Set by the server when an address asks for a language. */
const LANG_COOKIE = 'largesse_lang=';
type Loaders = Record<string, () => Promise<{ default: Messages }>>;
/** Each locale is a file of its own, and a page loads the reader's alone. */
const words: Loaders = import.meta.glob<{ default: Messages }>('./*.json');
/** And files that only some pages, or only some sheets of the room, need: `i18n/pages.ts` and `i18n/sheets.ts` add them. */
const parts: Loaders[] = [words];

/** English first, then by the alphabet. */
export const locales = Object.keys(words).map((path) => path.slice(2, -5)).sort((a, b) => Number(b === 'en') - Number(a === 'en') || a.localeCompare(b));

let language = 'en';
/** What `Intl` is asked for: the language as the reader's region writes it, such as `ar-EG` or `de-CH`. */
let region = 'en';
let messages: Messages = {};
let speaking = false;
let rules = new Intl.PluralRules('en');
const numbers = new Map<string, Intl.NumberFormat>();

/** Adds another file a locale to what this page knows: with `loadLocale`, or at once where the page speaks already. */
export async function addMessages(loaders: Loaders): Promise<void> {
  parts.push(loaders);
  if (!speaking) return;
  const added = await fileOf(loaders, language);
  messages = { ...messages, ...added };
}

/** A component of the room that opens on demand, once its words are here too. */
export async function worded<T>(component: Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([component, import('./sheets').then(({ ready }) => ready)]);
  return loaded;
}

async function fileOf(loaders: Loaders, tag: string): Promise<Messages> {
  const path = Object.keys(loaders).find((each) => each.endsWith(`/${tag}.json`));
  return path ? (await loaders[path]!()).default : {};
}

function wanted(): string {
  const served = document.documentElement.dataset['lang'];
  if (served) return served; // the server chose, by the same address, its cookie and the browser's wishes
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked) localStorage.setItem(LANG_KEY, asked);
  const choices = [asked ?? localStorage.getItem(LANG_KEY), ...navigator.languages];
  const found = choices.map((each) => each?.toLowerCase().split('-')[0]).find((each) => each && locales.includes(each));
  return found ?? 'en';
}

/** Loads the reader's messages and turns the page's direction. */
export async function loadLocale(asked: string = wanted()): Promise<void> {
  const found = await Promise.all(parts.map((part) => fileOf(part, asked)));
  setLocale(asked, Object.assign({}, ...found) as Messages, navigator.languages);
  speaking = true;
  document.documentElement.lang = asked;
  document.documentElement.dir = RTL.has(asked) ? 'rtl' : 'ltr';
}

/** Speaks `tag`, and writes numbers and dates as the first of the reader's `wishes` that is the same language does. */
export function setLocale(tag: string, spoken: Messages, wishes: readonly string[] = []): void {
  language = tag;
  region = wishes.find((wish) => isSameWriting(wish, tag)) ?? tag;
  messages = spoken;
  rules = new Intl.PluralRules(tag);
  numbers.clear();
}

/** Same language and script: `zh-TW` is not what `zh` is written in. */
function isSameWriting(wish: string, tag: string): boolean {
  try {
    const [a, b] = [new Intl.Locale(wish).maximize(), new Intl.Locale(tag).maximize()];
    return a.language === b.language && a.script === b.script;
  } catch {
    return false; // not a language tag
  }
}

/** The language in use: a name of a file of messages. */
export function locale(): string {
  return language;
}

/** The language in use as `Intl` takes it, with the reader's region where it is known. */
export function localeOfNumbers(): string {
  return region;
}

/** The address `path` of this site in the language that somebody chose elsewhere, unless this device was told one. */
export function inLanguage(path: string, wanted: string | null): string {
  if (!wanted || wanted === language || !locales.includes(wanted) || document.cookie.includes(LANG_COOKIE)) return path;
  const url = new URL(path, location.href);
  url.searchParams.set('lang', wanted);
  return url.pathname + url.search + url.hash;
}

/** The message `key` with its `{names}` filled in; a plural one chooses by `values.n`. Numbers are written the reader's way. */
export function t(key: Key, values: Values = {}): string {
  const found = messages[key] ?? key;
  const text = typeof found === 'string' ? found : (found[rules.select(Number(values['n'] ?? 0))] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : isolated(value);
  });
}

/** A name or a price that runs its own way inside a sentence from right to left. */
function isolated(text: string): string {
  return RTL.has(language) ? `\u2068${text}\u2069` : text;
}

/** For a code that came from the server: what this part says to it, else what any part says, else the server's words. */
export function tCode(prefix: string, code: string, otherwise: string, values: Values = {}): string {
  const key = [prefix, 'problem', 'refused'].map((each) => `${each}.${code}`).find((each) => each in messages);
  return key ? t(key as Key, values) : otherwise;
}

/** What somebody is called here: who was erased has no name left (nobody else can take a name that begins so), and who gave anonymously none. */
export function nameOf(person: Pick<Person, 'username' | 'display_name'> | null | undefined): string {
  if (!person) return t('common.anonymous');
  return person.username.startsWith('former.') ? t('common.former') : person.display_name;
}

/** A gift by the catalogue's name for it: in the reader's language, where the house's own gifts have a word for it. */
export function giftName(name: string): string {
  const key = `gift.${name.toLowerCase().replaceAll(' ', '-')}`;
  return key in messages ? t(key as Key) : name;
}

export function number(n: number, options: { compact?: boolean; signed?: boolean } = {}): string {
  const compact = options.compact === true && Math.abs(n) >= 10_000;
  const kind = `${compact ? 'c' : ''}${options.signed ? 's' : ''}`;
  let format = numbers.get(kind);
  if (!format) {
    format = new Intl.NumberFormat(region, {
      ...(compact ? { notation: 'compact', maximumFractionDigits: 1 } : {}),
      ...(options.signed ? { signDisplay: 'exceptZero' } : {}),
    } as Intl.NumberFormatOptions);
    numbers.set(kind, format);
  }
  return format.format(n);
}

/** Money exactly, through its decimal text: minor units never become a float. `finer`: so many digits below a minor unit. */
export function money({ minor, currency }: Money, finer = 0): string {
  let format = new Intl.NumberFormat(region, { style: 'currency', currency });
  const digits = (format.resolvedOptions().maximumFractionDigits ?? 2) + finer;
  if (finer > 0) format = new Intl.NumberFormat(region, { style: 'currency', currency, maximumFractionDigits: digits });
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const decimal = `${minor < 0 ? '-' : ''}${whole}${digits ? `.${text.slice(-digits)}` : ''}`;
  const exact = decimal as Intl.StringNumericLiteral;
  if (!RTL.has(language)) return format.format(exact);
  return format.formatToParts(exact).map(({ type, value }) => (type === 'currency' ? isolated(value) : value)).join(''); // "US$" in one piece
}

/** Whole diamonds, rounded down, from milli-diamonds. */
export function wholeDiamonds(milli: number): number {
  return Math.floor(milli / 1000);
}

/** The diamonds of one gift with their fraction, which is shown there: a rose's 700 milli are 0.7. */
export function giftDiamonds(milli: number): number {
  return milli / 1000;
}

/** Whole diamonds as text. */
export function diamonds(milli: number): string {
  return number(wholeDiamonds(milli));
}

/** Basis points as a percentage: 7000 is "70%". */
export function percent(bps: number, digits = 1): string {
  return new Intl.NumberFormat(region, { style: 'percent', maximumFractionDigits: digits }).format(bps / 10_000);
}

export function dateTime(iso: string, style: 'short' | 'medium' | 'long' = 'medium'): string {
  return new Intl.DateTimeFormat(region, { dateStyle: style, timeStyle: 'short' }).format(new Date(iso));
}

export function date(iso: string, style: 'short' | 'medium' | 'long' = 'medium'): string {
  return new Intl.DateTimeFormat(region, { dateStyle: style }).format(new Date(iso));
}

/** "in 5 minutes", "2 days ago"; narrow where there is little room: "48s ago". */
export function relative(iso: string, now_ms: number = Date.now(), style: 'long' | 'narrow' = 'long'): string {
  const seconds = Math.round((new Date(iso).getTime() - now_ms) / 1000);
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
  const format = new Intl.RelativeTimeFormat(region, { numeric: 'auto', style });
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(seconds, 'second');
}

/** A length of time, as "1:05:09" or "5:09". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const digits = new Intl.NumberFormat(region, { useGrouping: false });
  const two = new Intl.NumberFormat(region, { minimumIntegerDigits: 2 });
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours ? `${digits.format(hours)}:${two.format(minutes)}:${two.format(rest)}` : `${digits.format(minutes)}:${two.format(rest)}`;
}

/** A country's own name for its code: "US" is "United States". */
export function countryName(code: string): string {
  return new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code;
}
