import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pictureOf } from './art';

test('an id has one picture for ever, of three different gifts that exist', () => {
  expect(pictureOf('live_1', 'acct_1')).toEqual(pictureOf('live_1', 'acct_1'));
  for (let n = 0; n < 300; n += 1) {
    const { gifts, tilt, hues } = pictureOf(`live_${n}`);
    expect(new Set(gifts).size).toBe(3);
    expect(gifts.every((id) => existsSync(new URL(`../../public/gifts/${id}.webp`, import.meta.url)))).toBe(true);
    expect(hues).toHaveLength(3);
    expect(Math.abs(tilt)).toBeLessThanOrEqual(18);
  }
});
