/** The first givers of a room, as pages keep them between snapshots. */
import type { Rank } from '../api';

const KEPT = 10;
const TOLD = 3;

/** The first three as they are told now, and those behind them that are known from before. A reversal can let somebody
 * fall out of the first three: whoever was known with more than the third has, has less now. */
export function mergeRanks(first: Rank[], known: Rank[]): Rank[] {
  const last = first[TOLD - 1]?.coins ?? -1;
  const named = new Set(first.map(({ account }) => account.id));
  const behind = known.filter(({ account, coins }) => !named.has(account.id) && coins <= last);
  return [...first, ...behind].slice(0, KEPT).map((rank, at) => ({ ...rank, rank: at + 1 }));
}
