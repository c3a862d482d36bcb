import { expect, test } from 'vitest';
import { setLocale } from '../i18n';
import { readCoins, readMoney, writeCoins, writeMoney } from './amounts';

test('coins are whole, in any digits, with or without separators', () => {
  expect(['', ' 350 ', '1,750', '1.750', '١٢٣'].map(readCoins)).toEqual([null, 350, 1750, 1750, 123]);
  expect(['-1', '1.5', 'many', '1e3', '9'.repeat(13)].map(readCoins)).toEqual(Array(5).fill(undefined));
});

test('money keeps the decimals of its currency and never becomes a float', () => {
  expect(readMoney('19.99', 'USD')).toEqual({ minor: 1999, currency: 'USD' });
  expect(readMoney('0,1', 'EUR')).toEqual({ minor: 10, currency: 'EUR' });
  expect(readMoney('1500', 'JPY')).toEqual({ minor: 1500, currency: 'JPY' });
  expect(readMoney('1.234', 'KWD')).toEqual({ minor: 1234, currency: 'KWD' });
  expect(readMoney('', 'USD')).toBeNull();
  for (const [text, currency] of [['1.999', 'USD'], ['1.5', 'JPY'], ['-1', 'USD'], ['1,000.00', 'USD']] as const) {
    expect(readMoney(text, currency)).toBeUndefined();
  }
});

test('what is written is read again as the same, as each language writes it', () => {
  const written: string[] = [];
  for (const tag of ['en', 'de', 'es', 'ar-EG', 'zh', 'de-CH']) {
    setLocale(tag, {});
    for (const each of [{ minor: 5, currency: 'USD' }, { minor: 150_000, currency: 'JPY' }, { minor: 1_234_567, currency: 'KWD' }]) {
      expect(readMoney(writeMoney(each), each.currency), tag).toEqual(each);
    }
    for (const coins of [null, 0, 350, 12_345_678]) expect(readCoins(writeCoins(coins)), tag).toBe(coins);
    written.push(writeMoney({ minor: 123_450, currency: 'EUR' }));
  }
  setLocale('en', {});
  expect(written).toEqual(['1234.50', '1234,50', '1234,50', '١٢٣٤٫٥٠', '1234.50', '1234.50']);
});
