import { expect, test } from 'vitest';
import { readVolume } from './volume';

test('a kept choice is taken, and nonsense is full and on', () => {
  expect(readVolume('{"level":0.3,"muted":true}')).toEqual({ level: 0.3, muted: true });
  for (const kept of [null, '', '{}', 'null', '{"level":7}', '{"level":"loud"}']) expect(readVolume(kept)).toEqual({ level: 1, muted: false });
});
