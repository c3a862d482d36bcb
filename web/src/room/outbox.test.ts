import { expect, test } from 'vitest';
import type { Gift } from '../api';
import { Outbox, type Outstanding, type Shelf } from './outbox';
import { popular, shelf } from './shelves';

function memory(start: string | null = null): Shelf & { text: string | null } {
  return {
    text: start,
    getItem() {
      return this.text;
    },
    setItem(_key, value) {
      this.text = value;
    },
    removeItem() {
      this.text = null;
    },
  };
}

const order = (id: string): Outstanding => ({ live_id: 'live_1', account_id: 'acct_1', order: { id, gift_id: 'rose', count: 1 }, at_ms: 0 });

test('an order without an answer outlives the page, once, under its own id', () => {
  const kept = memory();
  new Outbox(kept).put(order('gift_1'));
  new Outbox(kept).put(order('gift_1'));
  new Outbox(kept).put(order('gift_2'));
  const after = new Outbox(kept);
  expect(after.list().map((each) => each.order.id)).toEqual(['gift_1', 'gift_2']);
  after.drop('gift_1');
  after.drop('gift_2');
  expect(kept.text).toBeNull();
});

test('a spoilt or overfull shelf stops nobody from giving', () => {
  expect(new Outbox(memory('{oops')).list()).toEqual([]);
  expect(new Outbox(memory('{"a":1}')).list()).toEqual([]);
  const outbox = new Outbox(memory());
  for (let n = 0; n < 50; n += 1) outbox.put(order(`gift_${n}`));
  expect(outbox.list().length).toBe(20);
  expect(outbox.list().at(-1)?.order.id).toBe('gift_49');
});

test('a tab shows what its name says', () => {
  const gift = (id: string, coins: number, tier: Gift['tier']): Gift => ({
    id, name: id, coins, tier, streakable: tier !== 'big', diamonds_milli: coins * 700, price: { minor: coins, currency: 'USD' },
    art: { still: '', recipe: 'bloom', accent: '#fff' },
  });
  const gifts = [gift('rose', 1, 'small'), gift('lion', 500, 'mid'), gift('rocket', 10_000, 'big')];
  expect(popular(gifts, { lion: 9 }).map(({ id }) => id)).toEqual(['lion', 'rose']);
  expect(shelf('big', gifts, {}, []).map(({ id }) => id)).toEqual(['rocket']);
  expect(shelf('mine', gifts, {}, ['lion', 'gone']).map(({ id }) => id)).toEqual(['lion']);
  expect(shelf('new', gifts, {}, ['lion']).map(({ id }) => id)).toEqual(['rose', 'rocket']);
});
