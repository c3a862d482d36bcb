import { expect, test } from 'vitest';
import { allowedAt } from './ages';

const today = new Date('2026-11-22T10:00:00Z');

test('a birthday counts from its own day on', () => {
  expect(allowedAt('2008-11-22', 'US', today)).toBe('adult');
  expect(allowedAt('2008-11-23', 'US', today)).toBe('minor');
  expect(allowedAt('2013-11-22', 'US', today)).toBe('minor');
  expect(allowedAt('2013-11-23', 'US', today)).toBe('too-young');
});

test('the age of a country is its own', () => {
  expect(allowedAt('2008-01-01', 'KR', today)).toBe('minor');
  expect(allowedAt('2007-11-22', 'KR', today)).toBe('adult');
});

test('half a date, a date to come and a date long ago say nothing yet', () => {
  for (const born of ['', '2008-11', '2027-01-01', '0008-11-22']) expect(allowedAt(born, 'US', today)).toBe('unknown');
});
