import { expect, test } from 'vitest';
import type { GiftSent, Person, RoomEvent } from '../api';
import { Announcer } from './announcer';
import { ChatLog, LINES_AT_ONCE_MAX, LINES_MAX } from './chatlog';
import { readEvents } from './stream';

const at = '2026-11-22T08:00:00Z';
const person = (name: string): Person => ({ id: `acct_${name}`, username: name, display_name: name, badge: null });
let made = 0;
const gift = (by: string | null, count = 1, gift_id = 'rose'): GiftSent => ({
  type: 'gift.sent', at, id: `gift_${made++}`, gift_id, repeat_count: count, repeat_end: true, streakable: true, combo_id: null, coins: count,
  diamond_count: 1, sender: by ? person(by) : null, receiver: person('Bob'), receipt: `${made}.1`, message: null,
});
const chat = (id: string, text = 'hi'): RoomEvent => ({ type: 'chat.message', at, id, sender: person('Alice'), text });

test('a sender\'s repeated gift is one growing line, anonymous givers stay apart', () => {
  const log = new ChatLog();
  log.add([gift('Alice', 2), gift('Charlie'), gift('Alice', 3), gift(null), gift(null)], 0);
  expect(log.lines.map(({ person: who, count }) => [who?.display_name, count])).toEqual([['Alice', 5], ['Charlie', 1], [undefined, 1], [undefined, 1]]);
});

test('a comment that is replayed is written once', () => {
  const log = new ChatLog();
  log.add([chat('c1')], 0);
  expect(log.add([chat('c1')], 1)).toBe(false);
  expect(log.lines.length).toBe(1);
});

test('a gift that a snapshot tells again is written once', () => {
  const log = new ChatLog();
  const rose = gift('Alice', 2);
  log.add([rose], 0);
  expect(log.add([{ ...rose }], 1)).toBe(false);
  expect(log.lines.map(({ count }) => count)).toEqual([2]);
});

test('a flood leaves the log readable and bounded, and drops no comment', () => {
  const log = new ChatLog();
  log.add([...Array.from({ length: 200 }, (_, n) => gift(`v${n}`)), chat('c9', 'still here')], 0);
  expect(log.lines.length).toBe(LINES_AT_ONCE_MAX + 1);
  expect(log.lines.at(-1)?.text).toBe('still here');
  for (let n = 0; n < 500; n += 1) log.add([chat(`d${n}`)], n);
  expect(log.lines.length).toBe(LINES_MAX);
});

test('five seconds of a busy room are one sentence with true numbers', () => {
  const announcer = new Announcer();
  announcer.hear({ events: [gift('Alice', 5), gift('Charlie'), gift('Alice')] });
  announcer.hear({ events: [chat('x')], folded: { count: 10, coins: 10, senders: 4 } });
  expect(announcer.drain()).toMatchObject({ gifts: 17, givers: 6, joined: 0, comments: [{ name: 'Alice', text: 'hi' }] });
  expect(announcer.drain()).toBeNull();
});

test('an event stream is read whole, however its bytes are cut', async () => {
  const text = ': keep\n\nid: 1\ndata: {"a":"é"}\n\ndata: {"b":\ndata: 2}\r\n\r\n';
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const heard: unknown[] = [];
  await readEvents(body, (each) => heard.push(JSON.parse(each)));
  expect(heard).toEqual([{ a: 'é' }, { b: 2 }]);
});

test('a comment of somebody who gave here stands out, with their place among the first three', () => {
  const log = new ChatLog();
  log.add([chat('h1'), { ...chat('h2'), highlight: true } as RoomEvent, { ...chat('h3'), highlight: true, rank: 2 } as RoomEvent], 0);
  expect(log.lines.map(({ lit, rank }) => [lit, rank])).toEqual([[false, undefined], [true, undefined], [true, 2]]);
});
