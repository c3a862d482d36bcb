import { expect, test } from 'vitest';
import { lowerBits, recordedKind } from './broadcast';

test('a recorder is asked for H.264, and where it makes none there is nothing to send', () => {
  expect(recordedKind((type) => type.includes('opus') && type.startsWith('video/mp4'))).toBe('video/mp4;codecs=avc1.42E01F,opus');
  expect(recordedKind((type) => type.startsWith('video/webm'))).toBe('video/webm;codecs=h264,opus');
  expect(recordedKind(() => false)).toBeNull();
});

test('a slow connection is given less, and never nothing', () => {
  expect(lowerBits(2_500_000)).toBe(1_250_000);
  expect(lowerBits(600_000)).toBe(500_000);
});
