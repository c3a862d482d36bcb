import { expect, test } from 'vitest';
import { readCoins, readMoney, writeMoney } from './amounts';

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

test('what is written is read again as the same', () => {
  for (const each of [{ minor: 5, currency: 'USD' }, { minor: 1500, currency: 'JPY' }, { minor: 1, currency: 'KWD' }]) {
    expect(readMoney(writeMoney(each), each.currency)).toEqual(each);
  }
});
