/** One WebRTC connection to this service, as WHIP and WHEP make it: an offer is posted, the answer is its own, and its address ends it. */
import { csrfHeaders, problemOf } from '../api/client';
import { ApiProblem } from '../api/problem';
import { backoffMs } from './edge';

const GATHER_MS = 400;
const CONNECT_MS = 12_000;
const LOST_MS = 4_000;
const STEADY_MS = 10_000;
/** Nobody may, or nothing is there: asking again changes nothing. */
const OVER = new Set(['not-found', 'not-live', 'not-your-live', 'not-signed-in', 'forbidden', 'not-shown', 'not-configured', 'bad-offer']);

export type CallState = 'off' | 'connecting' | 'connected';

export interface CallEvents {
  changed(state: CallState): void;
  /** It is over, not by us; the problem's code. */
  over(code: string): void;
}

/** Servers that a `Link` header names for browsers. */
export function iceServers(link: string | null): RTCIceServer[] {
  return [...(link ?? '').matchAll(/<([^>]+)>((?:;\s*[\w-]+="[^"]*")*)/g)].flatMap(([, urls, rest]) => {
    const told = Object.fromEntries([...(rest ?? '').matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    if (told.rel !== 'ice-server') return [];
    return [{ urls: urls!, ...(told.username ? { username: told.username, credential: told.credential } : {}) }];
  });
}

export class Call {
  #address: string;
  #events: CallEvents;
  #prepare: (peer: RTCPeerConnection) => void;
  #final: (code: string, failures: number) => boolean;
  #peer: RTCPeerConnection | null = null;
  #where = '';
  #servers: RTCIceServer[] = [];
  #failures = 0;
  #retry = 0;
  #watch = 0;
  #open = false;

  /** `prepare` gives a connection its tracks; `final` says which refusals end it, beside those that always do. */
  constructor(address: string, events: CallEvents, prepare: (peer: RTCPeerConnection) => void, final: (code: string, failures: number) => boolean = () => false) {
    this.#address = address;
    this.#events = events;
    this.#prepare = prepare;
    this.#final = final;
  }

  get peer() {
    return this.#peer;
  }

  open(): void {
    this.#open = true;
    this.#failures = 0;
    void this.#connect();
  }

  close(): void {
    this.#open = false;
    this.#drop();
    this.#events.changed('off');
  }

  /** Ask again now, as when the room says that pictures are back. */
  nudge(): void {
    if (this.#open && !this.#peer) void this.#connect();
  }

  /** Connect anew, in place of a connection that is there and carries nothing. */
  again(): void {
    if (this.#open && this.#peer?.connectionState === 'connected') this.#again(this.#peer);
  }

  async #connect(): Promise<void> {
    this.#drop();
    this.#events.changed('connecting');
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers: this.#servers });
    this.#peer = peer;
    this.#watch = window.setTimeout(() => this.#again(peer), CONNECT_MS);
    peer.onconnectionstatechange = () => this.#changed(peer);
    try {
      this.#prepare(peer);
      await peer.setLocalDescription();
      await gathered(peer);
      if (this.#peer !== peer) return;
      const url = new URL(this.#address, location.href);
      if (this.#failures > 0) url.searchParams.set('again', 'true');
      const headers = { 'Content-Type': 'application/sdp', ...csrfHeaders() };
      const answer = await fetch(url, { method: 'POST', headers, body: peer.localDescription!.sdp });
      if (!answer.ok) throw await problemOf(answer);
      this.#servers = iceServers(answer.headers.get('Link'));
      const where = answer.headers.get('Location') ?? '';
      if (this.#peer !== peer) return this.#hangUp(where); // closed meanwhile
      this.#where = where;
      await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
    } catch (problem) {
      if (this.#peer !== peer) return;
      const code = problem instanceof ApiProblem ? problem.code : '';
      if (code && (OVER.has(code) || this.#final(code, this.#failures))) {
        this.close();
        this.#events.over(code);
      } else this.#again(peer);
    }
  }

  #changed(peer: RTCPeerConnection): void {
    if (this.#peer !== peer) return;
    clearTimeout(this.#watch);
    if (peer.connectionState === 'connected') {
      this.#events.changed('connected');
      this.#watch = window.setTimeout(() => (this.#failures = 0), STEADY_MS);
    } else if (peer.connectionState === 'disconnected') this.#watch = window.setTimeout(() => this.#again(peer), LOST_MS);
    else if (peer.connectionState === 'failed' || peer.connectionState === 'closed') this.#again(peer);
    else this.#watch = window.setTimeout(() => this.#again(peer), CONNECT_MS);
  }

  #again(peer: RTCPeerConnection): void {
    if (this.#peer !== peer || !this.#open) return;
    this.#drop();
    this.#failures += 1;
    this.#events.changed('connecting');
    this.#retry = window.setTimeout(() => void this.#connect(), backoffMs(this.#failures));
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    const [peer, where] = [this.#peer, this.#where];
    this.#peer = null;
    this.#where = '';
    if (peer) peer.onconnectionstatechange = null;
    peer?.close();
    this.#hangUp(where);
  }

  #hangUp(where: string): void {
    if (where) void fetch(where, { method: 'DELETE', headers: csrfHeaders(), keepalive: true }).catch(() => undefined); // else it is missed in seconds
  }
}

/** Its own addresses are known, or enough was waited: the service needs none of them. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    if (peer.iceGatheringState === 'complete') return resolve();
    const timer = setTimeout(resolve, GATHER_MS);
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    };
  });
}
