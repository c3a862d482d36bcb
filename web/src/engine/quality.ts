/** Steps the particle budget down when frames take too long, and back up when there is room again. */

export const SPRITES_MAX = [0, 40, 90, 160] as const;
const SMOOTHING = 0.08;
/** Below 55 frames a second; and again as many as a screen of 60 shows. */
const SLOW_MS = 18.2;
const FAST_MS = 17.1;
const DOWN_AFTER_FRAMES = 24;
const UP_AFTER_FRAMES = 300;
/** A longer gap is a pause of the page, not a slow frame. */
const PAUSE_MS = 250;

export class Quality {
  #level = SPRITES_MAX.length - 1;
  #average_ms = 16.7;
  #since_change = 0;

  get level(): number {
    return this.#level;
  }

  get sprites(): number {
    return SPRITES_MAX[this.#level]!;
  }

  get average_ms(): number {
    return this.#average_ms;
  }

  frame(took_ms: number): void {
    if (took_ms > PAUSE_MS) return;
    this.#average_ms += (took_ms - this.#average_ms) * SMOOTHING;
    this.#since_change += 1;
    if (this.#average_ms > SLOW_MS && this.#level > 0 && this.#since_change > DOWN_AFTER_FRAMES) this.#step(-1);
    else if (this.#average_ms < FAST_MS && this.#level < SPRITES_MAX.length - 1 && this.#since_change > UP_AFTER_FRAMES) this.#step(1);
  }

  #step(by: 1 | -1): void {
    this.#level += by;
    this.#since_change = 0;
  }
}
