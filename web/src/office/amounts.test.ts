import { beforeEach, expect, test } from 'vitest';
import type { TrialLine } from '../api/books';
import { setLocale } from '../i18n';
import en from '../i18n/en.json';
import { amount, grouped, monthName } from './amounts';

beforeEach(() => setLocale('en', en));

test('only what has one unit is added together', () => {
  const line = (book: string, asset: TrialLine['asset'], currency: string) => ({ book, asset, currency, opening: 0, debit: 0, credit: 0, closing: 0 });
  const found = grouped([line('coins:issued', 'coin', ''), line('assets:psp', 'money', 'USD'), line('liabilities:tax', 'money', 'EUR'), line('liabilities:coins', 'money', 'USD')]);
  expect(found.map(({ asset, currency, lines }) => [asset, currency, lines.map(({ book }) => book)])).toEqual([
    ['money', 'EUR', ['liabilities:tax']], ['money', 'USD', ['assets:psp', 'liabilities:coins']], ['coin', '', ['coins:issued']],
  ]);
});

test('an amount of the books is shown to its last unit', () => {
  expect([amount('money', 'USD', -1166), amount('money', 'JPY', 1166), amount('coin', '', -600), amount('diamond', '', -420_700)]).toEqual(['-$11.66', '¥1,166', '-600', '-420.7']);
});

test('a month has one name in every time zone', () => {
  expect([monthName('2026-11'), monthName('2026-01-01')]).toEqual(['November 2026', 'January 2026']);
});
