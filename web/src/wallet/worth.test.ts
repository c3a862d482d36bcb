import { expect, test } from 'vitest';
import { worthOf } from './worth';

test('diamonds are worth what the policy says, never rounded up', () => {
  expect(worthOf(14_286_000, 7_000)).toEqual({ minor: 10_000, currency: 'USD' });
  expect(worthOf(14_285_000, 7_000).minor).toBe(9_999);
  expect(worthOf(1_428, 7_000).minor).toBe(0);
  expect(worthOf(9_000_000_000_000, 7_000).minor).toBe(6_300_000_000);
});
