/** Big gifts that wait for the stage: the dearest first, faster when many wait, never lost. */
import type { Showing } from './model';

export const STAGE_WAITING_MAX = 12;
export const STAGE_MS = 4_600;
export const HURRY_ABOVE = 5;
export const HURRY_FACTOR = 0.6;

export class Bigs {
  #waiting: Showing[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /** Queues a big gift; returns the one that no longer fits and goes to a lane instead, or null. */
  add(showing: Showing): Showing | null {
    const at = this.#waiting.findIndex((each) => goesBefore(showing, each));
    if (at < 0) this.#waiting.push(showing);
    else this.#waiting.splice(at, 0, showing);
    return this.#waiting.length > STAGE_WAITING_MAX ? this.#waiting.pop()! : null;
  }

  take(): Showing | null {
    return this.#waiting.shift() ?? null;
  }

  /** Removes one's own refused gift, drawn as `id#tap`; true when it still waited here. */
  retract(id: string): boolean {
    const at = this.#waiting.findIndex((each) => each.id.split('#')[0] === id);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** How long the next one has the stage, in milliseconds. */
  duration_ms(): number {
    return this.#waiting.length > HURRY_ABOVE ? STAGE_MS * HURRY_FACTOR : STAGE_MS;
  }
}

function goesBefore(a: Showing, b: Showing): boolean {
  if (a.own !== b.own) return a.own;
  return a.coins > b.coins;
}
