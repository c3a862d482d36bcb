/** Small synthesised sounds. Silent until `allow()` is called out of a gesture, as browsers ask. */
import type { EngineGift } from './model';

const GAP_MS = 90;
const NOTES = { small: [880], mid: [659.3, 987.8, 1318.5], big: [392, 523.3, 659.3, 784, 1046.5] } as const;
const LONG_S = { small: 0.16, mid: 0.34, big: 1.1 } as const;

export class Sound {
  #context: AudioContext | null = null;
  #last_ms = 0;
  #on = false;

  get on(): boolean {
    return this.#on;
  }

  /** Switches sound on; must be called while a gesture of the user is handled. */
  allow(): void {
    this.#on = true;
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  silence(): void {
    this.#on = false;
    void this.#context?.suspend();
  }

  play(tier: EngineGift['tier'], now_ms: number): void {
    const context = this.#context;
    if (!this.#on || !context || context.state !== 'running' || now_ms - this.#last_ms < GAP_MS) return;
    this.#last_ms = now_ms;
    NOTES[tier].forEach((hertz, nth) => pluck(context, hertz, context.currentTime + nth * 0.07, LONG_S[tier], tier === 'small' ? 0.05 : 0.08));
  }

  close(): void {
    this.#on = false;
    void this.#context?.close();
    this.#context = null;
  }
}

function pluck(context: AudioContext, hertz: number, at_s: number, long_s: number, loud: number): void {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.type = 'triangle';
  tone.frequency.setValueAtTime(hertz * 0.98, at_s);
  tone.frequency.exponentialRampToValueAtTime(hertz, at_s + 0.03);
  gain.gain.setValueAtTime(0.0001, at_s);
  gain.gain.exponentialRampToValueAtTime(loud, at_s + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, at_s + long_s);
  tone.connect(gain).connect(context.destination);
  tone.start(at_s);
  tone.stop(at_s + long_s + 0.02);
}
