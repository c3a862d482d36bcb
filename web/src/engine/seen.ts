/** Remembers what was shown, so a replay shows nothing twice. Bounded: the oldest are forgotten. */

const KEPT_MAX = 4_096;

export class Seen {
  #ids = new Set<string>();
  #seq = 0;

  /** True the first time an id is told. */
  first(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > KEPT_MAX) this.#ids.delete(this.#ids.values().next().value!);
    return true;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  forget(id: string): void {
    this.#ids.delete(id);
  }

  /** True for a frame newer than every one before it. */
  advance(seq: number): boolean {
    if (seq <= this.#seq) return false;
    this.#seq = seq;
    return true;
  }

  get seq(): number {
    return this.#seq;
  }
}
