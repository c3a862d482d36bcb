/** A running LIVE by Media Source, about a second behind its camera: pieces come over a socket. */
import { backoffMs, beginAt, nextTarget, steer, TARGET_S } from './edge';
import { Feed, mediaSource } from './feed';
import { hangUp } from './sockets';

const TICK_MS = 200;
const PING_MS = 10_000;
const SILENCE_MS = 16_000;
const CALM_MS = 30_000;
const FAULTS_MAX = 3; // of the decoder in a row; then another way of playing is tried
const SOUND_MS = 20_000; // so long without a fault, and the count begins anew
/** The LIVE has ended, or never was. */
const OVER = new Set([4404, 4409, 4410]);
/** Its signature is over. */
const NOT_SHOWN = 4403;

export interface PictureEvents {
  /** This way does not work here. */
  failed(why: string): void;
  /** The address holds no more. */
  stale(): void;
}

export class Pictures {
  #video: HTMLVideoElement;
  #address: string;
  #events: PictureEvents;
  #feed: Feed | null = null;
  #socket: WebSocket | null = null;
  #failures = 0;
  #faults = 0;
  #target_s = TARGET_S;
  #begun = false;
  #retry = 0;
  #ticker = 0;
  #ticks = 0;
  #heard_ms = 0;
  #pinged_ms = 0;
  #fault_ms = 0;
  #stalled_ms = performance.now();
  #onStall = () => this.#stalled();
  #onError = () => this.#fault(this.#video.error?.message ?? 'not played');
  #onVisible = () => {
    if (!document.hidden) this.#steer();
  };

  constructor(video: HTMLVideoElement, address: string, events: PictureEvents) {
    this.#video = video;
    this.#address = address;
    this.#events = events;
  }

  open(): void {
    this.#video.addEventListener('waiting', this.#onStall);
    this.#video.addEventListener('error', this.#onError);
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#ticker = window.setInterval(() => this.#tick(), TICK_MS);
    this.#connect();
  }

  close(): void {
    clearInterval(this.#ticker);
    clearTimeout(this.#retry);
    this.#video.removeEventListener('waiting', this.#onStall);
    this.#video.removeEventListener('error', this.#onError);
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#hangUp();
    this.#feed?.close();
    this.#feed = null;
    this.#video.playbackRate = 1;
  }

  /** Ask again now, as when the room says that pictures are back. */
  nudge(): void {
    if (!this.#socket) this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#hangUp();
    const url = new URL(this.#address, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#heard_ms = this.#pinged_ms = performance.now();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#heard_ms = performance.now();
      if (typeof data === 'string') this.#told(JSON.parse(data) as { run?: number; type?: string });
      else this.#take(data);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (code === NOT_SHOWN) this.#events.stale();
      else if (!OVER.has(code)) this.#again();
    };
  }

  #again(): void {
    this.#failures += 1;
    this.#retry = window.setTimeout(() => this.#connect(), backoffMs(this.#failures));
  }

  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) hangUp(socket);
  }

  #told({ run, type }: { run?: number; type?: string }): void {
    if (run === undefined || type === undefined) return; // an answer to a ping
    if (!mediaSource()!.isTypeSupported(type)) return this.#events.failed(type);
    this.#feed ??= new Feed(this.#video, (why) => this.#fault(why));
    this.#feed.begin(run, type);
  }

  #take(bytes: ArrayBuffer): void {
    this.#failures = 0;
    this.#feed?.append(bytes);
    if (!this.#begun) this.#steer();
  }

  #tick(): void {
    const now = performance.now();
    this.#steer();
    if (++this.#ticks % 25 === 0) this.#feed?.trim();
    if (now - this.#stalled_ms > CALM_MS) {
      this.#target_s = nextTarget(this.#target_s, false);
      this.#stalled_ms = now;
    }
    if (this.#faults > 0 && now - this.#fault_ms > SOUND_MS) this.#faults = 0;
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (now - this.#pinged_ms > PING_MS) {
      this.#pinged_ms = now;
      this.#socket.send(JSON.stringify({ ping: Math.round(now) }));
    }
    if (now - this.#heard_ms > SILENCE_MS) this.#connect(); // not even a ping comes back
  }

  #steer(): void {
    const spans = this.#feed?.spans ?? [];
    if (!this.#begun) {
      const at = beginAt(spans, this.#target_s);
      if (at === null) return;
      this.#begun = true;
      if (at > 0) this.#video.currentTime = at;
      return;
    }
    if (this.#video.paused || this.#video.seeking) return;
    const move = steer(spans, this.#video.currentTime, this.#video.playbackRate, this.#target_s);
    if (move.to !== null) this.#video.currentTime = move.to;
    if (this.#video.playbackRate !== move.rate) this.#video.playbackRate = move.rate;
  }

  #stalled(): void {
    if (!this.#begun || this.#video.seeking) return;
    this.#stalled_ms = performance.now();
    this.#target_s = nextTarget(this.#target_s, true);
    this.#steer();
  }

  /** The decoder gave up, or there was no room: begin anew with an empty buffer. */
  #fault(why: string): void {
    this.#feed?.close();
    this.#feed = null;
    this.#begun = false;
    this.#faults += 1;
    this.#fault_ms = performance.now();
    if (this.#faults >= FAULTS_MAX) return this.#events.failed(why);
    this.#hangUp();
    this.#again();
  }
}
