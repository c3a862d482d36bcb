import { beforeEach, expect, test } from 'vitest';
import ar from './ar.json';
import en from './en.json';
import { diamonds, duration, money, number, setLocale, t, tCode } from './index';

beforeEach(() => setLocale('en', en));

test('one coin is not "1 coins", in English and in Arabic', () => {
  expect(t('common.coins', { n: 1 })).toBe('1 coin');
  expect(t('common.coins', { n: 2500 })).toBe('2,500 coins');
  setLocale('ar', { ...en, ...ar });
  expect(t('common.coins', { n: 2 })).toBe('عملتان');
});

test('money is exact in every exponent', () => {
  expect(money({ minor: 1399, currency: 'USD' })).toBe('$13.99');
  expect(money({ minor: 1399, currency: 'JPY' })).toBe('¥1,399');
  expect(money({ minor: 1399, currency: 'KWD' }).replace(/\s/u, ' ')).toBe('KWD 1.399');
  expect(money({ minor: -5, currency: 'USD' })).toBe('-$0.05');
  expect(money({ minor: 9007199254740991, currency: 'USD' })).toBe('$90,071,992,547,409.91');
});

test('diamonds are whole and rounded down', () => {
  expect(diamonds(1_999)).toBe('1');
  expect(diamonds(12_345_678)).toBe('12,345');
});

test('numbers, lengths and codes read well', () => {
  expect(number(12_400, { compact: true })).toBe('12.4K');
  expect(number(9_999, { compact: true })).toBe('9,999');
  expect(duration(3_909)).toBe('1:05:09');
  expect(tCode('problem', 'busy', 'x')).toContain('busy');
  expect(tCode('problem', 'no-such-code', 'What the server said')).toBe('What the server said');
});

test('every locale uses the keys and the placeholders of English', () => {
  const files = import.meta.glob<{ default: Record<string, unknown> }>('./*.json', { eager: true });
  const names = (message: unknown) => new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? []);
  for (const [path, file] of Object.entries(files)) {
    for (const [key, message] of Object.entries(file.default)) {
      expect(en, `${path} ${key}`).toHaveProperty([key]);
      const own = names((en as Record<string, unknown>)[key]);
      for (const name of names(message)) expect(own, `${path} ${key}`).toContain(name);
    }
  }
});
