/** Sends a camera's pictures and sound: a recorder's pieces over a socket, and a new recorder whenever the connection is a new one. */
import { backoffMs } from './edge';
import { hangUp } from './sockets';

/** H.264 in what this browser's recorder writes, soonest first: Chromium writes MP4 later than Matroska, by 0.4 s. */
const KINDS = [
  'video/x-matroska;codecs=avc1.42E01F,opus',
  'video/x-matroska;codecs=avc1,opus',
  'video/mp4;codecs=avc1.42E01F,mp4a.40.2',
  'video/mp4;codecs=avc1.42E01F,opus',
  'video/webm;codecs=h264,opus',
  'video/mp4',
];
const PIECE_MS = 100;
const KEY_MS = 1_000;
const WAITING_S_MAX = 3;
const BITS_MAX = 2_500_000;
const BITS_MIN = 500_000;
const SOUND_BITS = 96_000;
const RATE_MS = 3_000;
/** No such LIVE, not one's own, not begun, ended, its key replaced, another encoder took over: asking again changes nothing. */
const OVER = new Set([4401, 4403, 4404, 4409, 4410, 4412, 4423]);
const REFUSED = 4422;

export type AirState = 'off' | 'connecting' | 'sending';

export interface Health {
  state: AirState;
  bits_per_second: number;
  /** Pieces that were recorded and never sent, because the connection was too slow or gone. */
  dropped: number;
}

export interface BroadcastEvents {
  changed(health: Health): void;
  /** A sentence of the server. */
  told(text: string): void;
  /** The connection is slow: pictures are smaller from now on. */
  slow(): void;
  /** It is over, not by us. */
  over(code: number): void;
}

/** What this browser records that a LIVE takes; null: nothing. */
export function recordedKind(supports: (type: string) => boolean = (type) => globalThis.MediaRecorder?.isTypeSupported(type) ?? false): string | null {
  return KINDS.find(supports) ?? null;
}

export function isH264({ mimeType }: { mimeType: string }): boolean {
  return mimeType.toLowerCase() === 'video/h264';
}

/** Whether this browser makes H.264 for a connection, where it records none: Firefox does not. */
export function canWhip(): boolean {
  return globalThis.RTCRtpSender?.getCapabilities?.('video')?.codecs.some(isH264) ?? false;
}

/** Half of it, until little is left. */
export function lowerBits(bits: number): number {
  return Math.max(BITS_MIN, Math.round(bits / 2));
}

function shapeOf(stream: MediaStream): string {
  const { width, height } = stream.getVideoTracks()[0]?.getSettings() ?? {};
  return `${width}x${height}`;
}

export class Broadcast {
  #address: string;
  #events: BroadcastEvents;
  #stream: MediaStream | null = null;
  #socket: WebSocket | null = null;
  #recorder: MediaRecorder | null = null;
  #bits = BITS_MAX;
  #failures = 0;
  #retry = 0;
  #ticker = 0;
  #dropped = 0;
  #sent: { at_ms: number; bytes: number }[] = [];
  #state: AirState = 'off';
  /** Of the pictures that are recorded. */
  #shape = '';

  constructor(address: string, events: BroadcastEvents) {
    this.#address = address;
    this.#events = events;
  }

  /** Send this stream, also in the place of another one that is being sent. */
  start(stream: MediaStream): void {
    this.#stream = stream;
    this.#failures = 0;
    clearInterval(this.#ticker);
    this.#ticker = window.setInterval(() => this.#look(), 1_000);
    this.#connect();
  }

  stop(): void {
    this.#stream = null;
    clearInterval(this.#ticker);
    this.#drop();
    this.#become('off');
  }

  #connect(): void {
    this.#drop();
    this.#become('connecting');
    const url = new URL(this.#address, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.#socket = socket;
    const kind = recordedKind();
    if (!kind) return this.stop();
    socket.onopen = () => socket.send(JSON.stringify({ type: kind }));
    socket.onmessage = ({ data }) => {
      const { ready, notice, refused } = JSON.parse(String(data)) as { ready?: true; notice?: string; refused?: string };
      if (ready) this.#record(socket, kind);
      const text = notice ?? refused;
      if (text) this.#events.told(text);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#drop();
      if (OVER.has(code) || (code === REFUSED && this.#failures > 2)) {
        this.stop();
        this.#events.over(code);
      } else this.#again();
    };
  }

  #again(): void {
    this.#become('connecting');
    this.#failures += 1;
    this.#retry = window.setTimeout(() => this.#connect(), backoffMs(this.#failures));
  }

  #record(socket: WebSocket, kind: string): void {
    if (!this.#stream) return;
    const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
      mimeType: kind, videoBitsPerSecond: this.#bits, audioBitsPerSecond: SOUND_BITS, videoKeyFrameIntervalDuration: KEY_MS,
    };
    const recorder = new MediaRecorder(this.#stream, options);
    this.#recorder = recorder;
    this.#shape = shapeOf(this.#stream);
    recorder.ondataavailable = ({ data }) => {
      if (this.#recorder !== recorder || socket.readyState !== WebSocket.OPEN) {
        if (data.size > 0) this.#dropped += 1;
        return;
      }
      if (data.size === 0) return;
      if (socket.bufferedAmount > (this.#bits / 8) * WAITING_S_MAX) return this.#slow(socket.bufferedAmount);
      socket.send(data);
      this.#sent.push({ at_ms: performance.now(), bytes: data.size });
      if (this.#state !== 'sending') this.#become('sending');
      else if (this.#failures > 0 && this.#sent.length > 50) this.#failures = 0;
    };
    recorder.onerror = () => socket.close();
    recorder.start(PIECE_MS);
  }

  /** More waits than may: what waits is thrown away, and a new recorder makes less. */
  #slow(waiting_bytes: number): void {
    this.#dropped += Math.ceil(waiting_bytes / Math.max(1, (this.#bits / 8) * (PIECE_MS / 1_000)));
    this.#bits = lowerBits(this.#bits);
    this.#events.slow();
    this.#connect();
  }

  #drop(): void {
    clearTimeout(this.#retry);
    const [socket, recorder] = [this.#socket, this.#recorder];
    this.#socket = null;
    this.#recorder = null;
    this.#sent = [];
    if (recorder && recorder.state !== 'inactive') recorder.stop();
    if (socket) hangUp(socket);
  }

  #become(state: AirState): void {
    this.#state = state;
    this.#tell();
  }

  /** A phone that is turned: viewers' decoders do not go on with another shape, so another recording begins. */
  #look(): void {
    if (this.#recorder && this.#stream && shapeOf(this.#stream) !== this.#shape) this.#connect();
    else this.#tell();
  }

  #tell(): void {
    const since_ms = performance.now() - RATE_MS;
    this.#sent = this.#sent.filter(({ at_ms }) => at_ms > since_ms);
    const bytes = this.#sent.reduce((sum, each) => sum + each.bytes, 0);
    this.#events.changed({ state: this.#state, bits_per_second: Math.round((bytes * 8_000) / RATE_MS), dropped: this.#dropped });
  }
}
