/** Where a player of a running LIVE should be: pure. Times are seconds of the media's own line. */

/** Stretches of media that are here, in order. */
export type Spans = readonly (readonly [start: number, end: number])[];

export interface Move {
  /** Go there at once; null: stay. */
  to: number | null;
  rate: number;
}

/** How far behind the newest picture a player stays; each stall asks for more, as far as `target_s_max`. */
export const TARGET_S = 0.7;
export const TARGET_S_MAX = 2.2;
const STALL_ADDS_S = 0.25;
const CALM_TAKES_S = 0.1;
const FAST_FROM_S = 0.5; // beyond the target
const FASTER_FROM_S = 1.3;
const FAST_UNTIL_S = 0.1;
const SLOW_BELOW_S = 0.2;
const JUMP_S = 4;
const EDGE_S = 0.09; // nearer to an end than this, the picture stands
/** What stays behind the player, for nothing but a little room to move. */
const KEEP_S = 20;
const KEEP_SLACK_S = 5;

/** What to do now: catch up, slow down, jump over a gap, jump to the edge. */
export function steer(spans: Spans, at: number, rate: number, target_s = TARGET_S): Move {
  const last = spans.at(-1);
  if (!last) return { to: null, rate: 1 };
  const edge = Math.max(last[0], last[1] - target_s);
  const here = spans.find(([start, end]) => at >= start - EDGE_S && at < end);
  const next = spans.find(([start]) => start > at);
  if (!here) {
    if (next) return { to: next === last ? edge : next[0], rate: 1 };
    return at > last[1] + 1 ? { to: edge, rate: 1 } : { to: null, rate: 1 }; // the line began anew behind us
  }
  if (next && here[1] - at < EDGE_S) return { to: next === last ? edge : next[0], rate: 1 };
  const behind_s = last[1] - at;
  if (behind_s > Math.max(JUMP_S, target_s * 2)) return { to: edge, rate: 1 };
  const beyond_s = behind_s - target_s;
  if (beyond_s > FASTER_FROM_S) return { to: null, rate: 1.1 };
  if (beyond_s > FAST_FROM_S || (rate > 1 && beyond_s > FAST_UNTIL_S)) return { to: null, rate: 1.05 };
  if (behind_s < SLOW_BELOW_S || (rate < 1 && beyond_s < 0 && behind_s < target_s / 2)) return { to: null, rate: 0.96 };
  return { to: null, rate: 1 };
}

/** Where to begin with what has come so far. */
export function beginAt(spans: Spans, target_s = TARGET_S): number | null {
  const last = spans.at(-1);
  return last ? Math.max(last[0], last[1] - target_s) : null;
}

/** The target after a stall, or after half a minute without one. */
export function nextTarget(target_s: number, stalled: boolean): number {
  const next = stalled ? target_s + STALL_ADDS_S : target_s - CALM_TAKES_S;
  return Math.min(TARGET_S_MAX, Math.max(TARGET_S, next));
}

/** The end of what may be thrown away, or null. */
export function trimTo(spans: Spans, at: number): number | null {
  const first = spans[0];
  return first && first[0] < at - KEEP_S - KEEP_SLACK_S ? at - KEEP_S : null;
}

export function spansOf(ranges: TimeRanges): Spans {
  return Array.from({ length: ranges.length }, (_, n) => [ranges.start(n), ranges.end(n)] as const);
}

/** Milliseconds until the next try: 0.3 s, doubling to 6 s, spread so that a crowd does not come back at once. */
export function backoffMs(failures: number, luck = Math.random()): number {
  return Math.min(6_000, 300 * 2 ** Math.max(0, failures - 1)) * (0.7 + luck * 0.6);
}
