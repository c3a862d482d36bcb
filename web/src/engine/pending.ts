/** Gifts that wait for a lane: merged by sender and gift, dearest first, bounded; the rest are only counted. */
import { mergeKey, type Showing } from './model';

export const WAITING_MAX = 40;
/** A gift that waited longer is no news any more and is folded. */
export const WAIT_MS_MAX = 12_000;

export interface Waiting extends Showing {
  key: string;
  since_ms: number;
}

export interface FoldedCount {
  count: number;
  coins: number;
}

export class Pending {
  #waiting = new Map<string, Waiting>();
  #folded: FoldedCount = { count: 0, coins: 0 };

  get size(): number {
    return this.#waiting.size;
  }

  /** Adds to what waits under the same key, or joins the queue; the cheapest is folded when there are too many. */
  add(showing: Showing, now_ms: number): void {
    const key = mergeKey(showing);
    const before = this.#waiting.get(key);
    if (before) {
      before.count += showing.count;
      before.coins += showing.coins;
      before.own ||= showing.own;
      return;
    }
    this.#waiting.set(key, { ...showing, key, since_ms: now_ms });
    if (this.#waiting.size > WAITING_MAX) this.#fold(this.#cheapest());
  }

  /** Takes the next to be shown, or null: one's own first, then by coins in all, then the oldest. */
  take(): Waiting | null {
    let best: Waiting | null = null;
    for (const each of this.#waiting.values()) if (best === null || goesBefore(each, best)) best = each;
    if (best) this.#waiting.delete(best.key);
    return best;
  }

  /** Removes a refused gift's part; true when it was still waiting here. */
  retract(showing: Showing): boolean {
    const before = this.#waiting.get(mergeKey(showing));
    if (!before) return false;
    before.count -= showing.count;
    before.coins -= showing.coins;
    if (before.count <= 0) this.#waiting.delete(before.key);
    return true;
  }

  foldStale(now_ms: number): void {
    for (const each of this.#waiting.values()) if (now_ms - each.since_ms > WAIT_MS_MAX && !each.own) this.#fold(each);
  }

  /** Counts gifts that the server had folded already. */
  noteFolded(count: number, coins: number): void {
    this.#folded.count += count;
    this.#folded.coins += coins;
  }

  /** What was folded since the last call. */
  drainFolded(): FoldedCount {
    const drained = this.#folded;
    this.#folded = { count: 0, coins: 0 };
    return drained;
  }

  #fold(waiting: Waiting): void {
    this.#waiting.delete(waiting.key);
    this.noteFolded(waiting.count, waiting.coins);
  }

  #cheapest(): Waiting {
    let worst: Waiting | null = null;
    for (const each of this.#waiting.values()) if (worst === null || !goesBefore(each, worst)) worst = each;
    return worst!;
  }
}

function goesBefore(a: Waiting, b: Waiting): boolean {
  if (a.own !== b.own) return a.own;
  if (a.coins !== b.coins) return a.coins > b.coins;
  return a.since_ms < b.since_ms;
}
