import { expect, test } from 'vitest';
import { hueOf, initialsOf } from './avatar';

test('initials are whole letters of any script', () => {
  expect(initialsOf('Kai')).toBe('K');
  expect(initialsOf('ana maria  souza')).toBe('AS');
  expect(initialsOf('李 小龍')).toBe('李小');
  expect(initialsOf('👩‍🚀 Zed')).toBe('👩‍🚀Z');
  expect(initialsOf('  ')).toBe('?');
});

test('the colour of an id never changes and is a hue', () => {
  expect(hueOf('acct_1')).toBe(hueOf('acct_1'));
  for (let n = 0; n < 200; n += 1) expect(hueOf(`acct_${n}`)).toSatisfy((hue: number) => hue >= 0 && hue < 360);
});
