/** Gathers taps: 300 ms of them make one order with a count, one order at a time; a combo ends 3 s after its last tap. */

export const GATHER_MS = 300;
export const COMBO_MS = 3_000;
export const COUNT_MAX = 999;

export interface Batch {
  id: string;
  combo_id: string;
  count: number;
}

export interface TapClock {
  after(ms: number, run: () => void): () => void;
}

const realClock: TapClock = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * One combo of one gift. `send` settles when the server has decided; taps that come meanwhile gather into the next
 * order, so a slow network makes fewer and larger orders, never more.
 */
export class Combo {
  readonly combo_id: string;
  total = 0;
  #gathering: Batch | null = null;
  #full: Batch[] = [];
  #told = false;
  #sending = false;
  #due = false;
  #over = false;
  #stopEnd: () => void = () => undefined;
  #newId: () => string;
  #send: (batch: Batch) => Promise<void>;
  #ended: () => void;
  #clock: TapClock;

  constructor(newId: () => string, send: (batch: Batch) => Promise<void>, ended: () => void, clock: TapClock = realClock) {
    this.#newId = newId;
    this.combo_id = newId();
    this.#send = send;
    this.#ended = ended;
    this.#clock = clock;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Adds `count`; returns the order that this tap joined, or null when the combo is over. */
  tap(count: number): Readonly<Batch> | null {
    if (this.#over) return null;
    this.total += count;
    this.#restartEnd();
    if (this.#gathering && this.#gathering.count + count > COUNT_MAX) {
      this.#full.push(this.#gathering);
      this.#gathering = null;
    }
    if (this.#gathering) {
      this.#gathering.count += count;
      return this.#gathering;
    }
    const batch = { id: this.#newId(), combo_id: this.combo_id, count };
    this.#gathering = batch;
    this.#clock.after(GATHER_MS, () => {
      if (this.#gathering === batch) this.#flush();
    });
    return batch;
  }

  /** Ends at once: what was gathered is sent, later taps begin another combo. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopEnd();
    this.#flush();
  }

  #restartEnd(): void {
    this.#stopEnd();
    this.#stopEnd = this.#clock.after(COMBO_MS, () => this.end());
  }

  #flush(): void {
    this.#due = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let batch = this.#next(); batch; batch = this.#next()) await this.#send(batch);
    this.#sending = false;
    if (this.#over && !this.#told) {
      this.#told = true;
      this.#ended();
    }
  }

  #next(): Batch | null {
    const full = this.#full.shift();
    if (full) return full;
    const gathered = this.#due ? this.#gathering : null;
    if (gathered) this.#gathering = null;
    this.#due = false;
    return gathered;
  }
}
