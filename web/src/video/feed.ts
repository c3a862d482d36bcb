/** A Media Source that is fed one LIVE's pieces in order, over several of its publisher's runs. */
import { spansOf, trimTo, type Spans } from './edge';

type Source = typeof MediaSource;
type Step = { type: string; turn: boolean } | { bytes: ArrayBuffer };

const WAITING_BYTES_MAX = 24 << 20;

/** What this browser has: iPhones have the managed kind alone. */
export function mediaSource(): Source | null {
  const scope = globalThis as unknown as { ManagedMediaSource?: Source; MediaSource?: Source };
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null;
}

export class Feed {
  run = 0;
  #video: HTMLVideoElement;
  #fail: (why: string) => void;
  #source: MediaSource;
  #url: string;
  #buffer: SourceBuffer | null = null;
  #type = '';
  #steps: Step[] = [];
  #waiting_bytes = 0;
  #closed = false;

  /** Throws where there is no Media Source. */
  constructor(video: HTMLVideoElement, fail: (why: string) => void) {
    const Made = mediaSource()!;
    this.#video = video;
    this.#fail = fail;
    this.#source = new Made();
    this.#url = URL.createObjectURL(this.#source);
    this.#source.addEventListener('sourceopen', () => this.#pump(), { once: true });
    video.disableRemotePlayback = true; // the managed kind asks for it
    video.src = this.#url;
  }

  get spans(): Spans {
    return this.#buffer && this.#source.readyState !== 'closed' ? spansOf(this.#buffer.buffered) : [];
  }

  /** A first piece comes next, of a run that goes on or of one that begins. */
  begin(run: number, type: string): void {
    this.#steps.push({ type, turn: this.run > 0 && run !== this.run });
    this.run = run;
    this.#pump();
  }

  append(bytes: ArrayBuffer): void {
    this.#steps.push({ bytes });
    this.#waiting_bytes += bytes.byteLength;
    if (this.#waiting_bytes > WAITING_BYTES_MAX) this.#fail('too much waits');
    else this.#pump();
  }

  trim(): void {
    const end = trimTo(this.spans, this.#video.currentTime);
    if (end !== null && this.#buffer && !this.#buffer.updating) this.#buffer.remove(0, end);
  }

  close(): void {
    this.#closed = true;
    this.#steps = [];
    URL.revokeObjectURL(this.#url);
  }

  #pump(): void {
    if (this.#closed || this.#source.readyState !== 'open' || this.#buffer?.updating) return;
    const step = this.#steps[0];
    if (!step) return;
    try {
      if ('bytes' in step) {
        this.#buffer?.appendBuffer(step.bytes);
        this.#waiting_bytes -= step.bytes.byteLength;
      } else this.#turn(step);
      this.#steps.shift();
    } catch (error) {
      if ((error as Error).name === 'QuotaExceededError' && this.#makeRoom()) return;
      return this.#fail(String(error));
    }
    if (!('bytes' in step)) this.#pump();
  }

  #turn({ type, turn }: { type: string; turn: boolean }): void {
    if (!this.#buffer) {
      this.#buffer = this.#source.addSourceBuffer(type);
      this.#buffer.addEventListener('updateend', () => this.#pump());
      this.#buffer.addEventListener('error', () => this.#fail('not decoded'));
    } else {
      if (type !== this.#type) this.#buffer.changeType(type);
      // A run's times begin near zero: it goes behind all that is here.
      if (turn) {
        this.#buffer.abort();
        this.#buffer.timestampOffset = this.spans.at(-1)?.[1] ?? 0;
      }
    }
    this.#type = type;
  }

  /** Everything but the last seconds goes; false where that is not enough. */
  #makeRoom(): boolean {
    const first = this.spans[0];
    const end = this.#video.currentTime - 2;
    if (!this.#buffer || !first || first[0] >= end) return false;
    this.#buffer.remove(0, end);
    return true;
  }
}
