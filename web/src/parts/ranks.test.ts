import { expect, test } from 'vitest';
import type { Rank } from '../api';
import { mergeRanks } from './ranks';

const rank = (id: string, coins: number): Rank => ({ rank: 0, coins, account: { id } }) as Rank;
const named = (ranks: Rank[]) => ranks.map(({ rank, account, coins }) => `${rank} ${account.id} ${coins}`);

test('those behind the first three stay known', () => {
  const known = [rank('a', 9), rank('b', 8), rank('c', 7), rank('d', 6)];
  expect(named(mergeRanks([rank('a', 9), rank('e', 8), rank('b', 8)], known))).toEqual(['1 a 9', '2 e 8', '3 b 8', '4 c 7', '5 d 6']);
});

test('somebody whose gifts were reversed does not stay with coins that are gone', () => {
  const known = [rank('a', 90), rank('b', 8), rank('c', 7), rank('d', 6)];
  expect(named(mergeRanks([rank('b', 8), rank('c', 7), rank('d', 6)], known))).toEqual(['1 b 8', '2 c 7', '3 d 6']);
});

test('fewer than three are all that there are', () => {
  expect(named(mergeRanks([rank('b', 8)], [rank('a', 90), rank('b', 8), rank('c', 1)]))).toEqual(['1 b 8']);
});
