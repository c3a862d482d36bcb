import { expect, test } from 'vitest';
import { noteServerTime, serverNow } from './time';
import { prefixed, uuid7 } from './uuid';

test('an id is a version 7 UUID that carries its millisecond', () => {
  const now_ms = 1_790_000_000_123;
  const id = uuid7(now_ms);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now_ms);
});

test('ten thousand ids of one millisecond are unique and in order', () => {
  const ids = Array.from({ length: 10_000 }, () => uuid7(1_790_000_001_000));
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});

test('the clock of the server is followed, and a slower answer does not spoil it', () => {
  const now_ms = Date.now();
  noteServerTime(String(now_ms + 60_000), now_ms - 10, now_ms + 10);
  noteServerTime(String(now_ms + 90_000), now_ms - 4_000, now_ms + 4_000);
  noteServerTime('nonsense', now_ms, now_ms);
  expect(Math.abs(serverNow() - Date.now() - 60_000)).toBeLessThan(50);
});

test('a prefixed id is written as the server writes it', () => {
  expect(prefixed('gift', '01a50155-0aef-719e-8c7d-8840a5b4700f')).toBe('gift_01mm0na2qfe6f8rzc882jv8w0f');
  expect(prefixed('gift', 'ffffffff-ffff-7fff-bfff-ffffffffffff')).toBe('gift_7zzzzzzzzzfzzvzzzzzzzzzzzz');
});
