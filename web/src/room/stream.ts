/** A room's frames as they come: WebSocket first, SSE read with fetch where sockets do not pass, always from a cursor. */
import type { Frame, Snapshot } from '../api';

export type Connection = 'connecting' | 'open' | 'lost' | 'gone';

export interface StreamHandlers {
  snapshot(snapshot: Snapshot): void;
  frame(frame: Frame): void;
  connection(state: Connection): void;
}

const PING_MS = 20_000;
const SILENCE_MS = 45_000;
const BACKOFF_MS = [300, 800, 1_600, 3_000, 5_000, 8_000];
const SOCKET_TRIES = 3;
/** Closed for good: banned, no such room, ended for this viewer. */
const GONE_CODES = new Set([4403, 4404, 4410]);

export class RoomStream {
  #base: string;
  #guest: boolean;
  #handlers: StreamHandlers;
  #seq = 0;
  #socket: WebSocket | null = null;
  #events: AbortController | null = null;
  #failures = 0;
  #neverTold = 0;
  #closed = false;
  #retry = 0;
  #pinger = 0;
  #heard_ms = 0;
  #pings = 0;
  #onOnline = () => this.#reconnectNow();
  #onOffline = () => this.#lost();
  #onVisible = () => {
    if (!document.hidden && Date.now() - this.#heard_ms > SILENCE_MS) this.#reconnectNow();
  };

  constructor(live_id: string, guest: boolean, handlers: StreamHandlers) {
    this.#base = `/v1/lives/${encodeURIComponent(live_id)}`;
    this.#guest = guest;
    this.#handlers = handlers;
  }

  open(): void {
    addEventListener('online', this.#onOnline);
    addEventListener('offline', this.#onOffline);
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    removeEventListener('online', this.#onOnline);
    removeEventListener('offline', this.#onOffline);
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#drop();
  }

  #connect(): void {
    this.#drop();
    if (this.#closed) return;
    this.#handlers.connection('connecting');
    if (this.#neverTold >= SOCKET_TRIES) void this.#connectEvents();
    else this.#connectSocket();
  }

  #connectSocket(): void {
    const url = new URL(`${this.#base}/stream`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (this.#seq > 0) url.searchParams.set('after', String(this.#seq));
    const socket = new WebSocket(url);
    let told = false;
    this.#socket = socket;
    socket.onopen = () => {
      if (this.#guest) socket.send('{"auth":null}');
      this.#heard();
      this.#pinger = window.setInterval(() => this.#ping(), PING_MS);
    };
    socket.onmessage = (message) => {
      told = true;
      this.#heard();
      this.#take(String(message.data));
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      if (!told) this.#neverTold += 1; // also where something on the way takes the handshake and lets nothing through
      if (GONE_CODES.has(event.code)) this.#handlers.connection('gone');
      else this.#lost();
    };
  }

  async #connectEvents(): Promise<void> {
    const controller = new AbortController();
    this.#events = controller;
    try {
      const url = this.#seq > 0 ? `${this.#base}/events?after=${this.#seq}` : `${this.#base}/events`;
      const response = await fetch(url, { headers: { Accept: 'text/event-stream' }, credentials: 'same-origin', signal: controller.signal });
      if (response.status === 403 || response.status === 404 || response.status === 410) return this.#handlers.connection('gone');
      if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
      await readEvents(response.body, (text) => {
        this.#heard();
        this.#take(text);
      });
    } catch {
      // told by #lost below: an ended answer and a broken one are the same to the viewer
    }
    if (this.#events === controller && !this.#closed) {
      this.#neverTold = 0; // let the socket have another try
      this.#lost();
    }
  }

  #take(text: string): void {
    const message = JSON.parse(text) as Snapshot | Frame | { pong: number };
    if ('pong' in message) return;
    if ('type' in message) {
      this.#seq = message.seq;
      this.#opened();
      this.#handlers.snapshot(message);
    } else if (message.seq > this.#seq) {
      this.#seq = message.seq;
      this.#opened();
      this.#handlers.frame(message);
    }
  }

  #opened(): void {
    if (this.#failures >= 0) this.#handlers.connection('open');
    this.#failures = -1;
    this.#neverTold = 0;
  }

  #heard(): void {
    this.#heard_ms = Date.now();
  }

  #ping(): void {
    if (Date.now() - this.#heard_ms > SILENCE_MS) this.#reconnectNow();
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ ping: ++this.#pings }));
  }

  #lost(): void {
    this.#drop();
    if (this.#closed) return;
    this.#failures = Math.max(0, this.#failures) + 1;
    this.#handlers.connection('lost');
    const wait_ms = BACKOFF_MS[Math.min(this.#failures - 1, BACKOFF_MS.length - 1)]!;
    this.#retry = window.setTimeout(() => this.#connect(), wait_ms * (0.7 + Math.random() * 0.6));
  }

  #reconnectNow(): void {
    if (this.#closed) return;
    this.#failures = Math.max(0, this.#failures);
    this.#connect();
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#pinger);
    const socket = this.#socket;
    this.#socket = null;
    this.#events?.abort();
    this.#events = null;
    if (socket) {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    }
  }
}

/** Reads an event stream to its end; `each` gets the data of every event. */
export async function readEvents(body: ReadableStream<Uint8Array>, each: (text: string) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest = (rest + value).replaceAll('\r\n', '\n');
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const text = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart()).join('\n');
      if (text) each(text);
    }
  }
}
