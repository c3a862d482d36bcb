/** Being on air from this page: the camera, what is sent of it, and how that goes. */
import { t } from '../i18n';
import { toast } from '../ui';
import { Broadcast, canWhip, recordedKind, type Health } from '../video/broadcast';
import type { CallState } from '../video/call';
import type { Whip } from '../video/whip';
import { Camera } from './camera.svelte';

export type Source = 'camera' | 'encoder';

const NOTICES_MAX = 5;
/** Why the service ended it, by the socket's close code; of the LIVE's own end the page tells by itself. */
const SAID = new Map<number, 'air.key_replaced' | 'air.taken_over' | null>([[4409, null], [4410, null], [4412, 'air.key_replaced'], [4423, 'air.taken_over']]);
const key = (id: string) => `largesse.source.${id}`;

/** What was chosen for a LIVE when it was made; goes with the browser's tab. */
export function chosenSource(id: string): Source | null {
  const found = sessionStorage.getItem(key(id));
  return found === 'camera' || found === 'encoder' ? found : null;
}

export function chooseSource(id: string, source: Source): void {
  sessionStorage.setItem(key(id), source);
}

export class Air {
  readonly camera = new Camera();
  health = $state.raw<Health>({ state: 'off', bits_per_second: 0, dropped: 0 });
  notices = $state.raw<readonly string[]>([]);
  #broadcast: Broadcast;
  #address: string;
  #near = recordedKind() === null; // then there is no other way
  #whip: Whip | null = null;

  constructor(live_id: string) {
    this.#address = `/v1/lives/${encodeURIComponent(live_id)}`;
    this.#broadcast = new Broadcast(`${this.#address}/ingest`, {
      changed: (health) => {
        if (this.#near) return;
        this.health = health;
        if (health.state === 'sending') this.#leaveWhip(); // its place is taken
      },
      told: (text) => this.#note(text),
      slow: () => this.#note(t('air.slow')),
      over: (code) => {
        if (this.#near) return; // we took the recorder's place ourselves
        const said = SAID.get(code);
        if (said !== null) toast(t(said ?? 'air.over'), { tone: 'bad' });
      },
    });
    this.camera.onstream = (stream) => {
      if (this.on) void this.#send(stream);
    };
  }

  get on() {
    return this.health.state !== 'off';
  }

  get can() {
    return recordedKind() !== null || canWhip();
  }

  async start(): Promise<void> {
    if (!this.camera.stream && !(await this.camera.open())) return;
    if (this.camera.stream) await this.#send(this.camera.stream);
  }

  stop(): void {
    this.#broadcast.stop();
    this.#leaveWhip();
    this.health = { state: 'off', bits_per_second: 0, dropped: this.health.dropped };
  }

  /** Whether the camera is sent by WHIP, for a LIVE whose guests see it a fraction of a second late, instead of a recorder. */
  get near() {
    return this.#near;
  }

  /** Send the camera the other way; on air, the new one takes the old one's place. */
  async setNear(near: boolean): Promise<void> {
    near ||= recordedKind() === null;
    if (near === this.#near) return;
    this.#near = near;
    if (this.on && this.camera.stream) await this.#send(this.camera.stream);
  }

  async #send(stream: MediaStream): Promise<void> {
    if (!this.#near || !canWhip()) {
      this.#near = false;
      return this.#broadcast.start(stream);
    }
    const { Whip } = await import('../video/whip');
    this.#whip ??= new Whip(`${this.#address}/whip`, {
      changed: (state) => this.#called(state),
      sent: (bits_per_second) => (this.health = { ...this.health, bits_per_second }),
      over: (code) => {
        this.#whip = null;
        if (code !== 'not-live') toast(t(code === 'already-publishing' ? 'air.taken_over' : 'air.over'), { tone: 'bad' });
      },
    });
    this.#whip.start(stream);
  }

  #called(state: CallState): void {
    if (!this.#near) return;
    this.health = { ...this.health, state: state === 'connected' ? 'sending' : state };
    if (state === 'connected') this.#broadcast.stop();
  }

  #leaveWhip(): void {
    const whip = this.#whip;
    this.#whip = null;
    whip?.stop();
  }

  close(): void {
    this.stop();
    this.camera.close();
  }

  #note(text: string): void {
    if (this.notices[0] !== text) this.notices = [text, ...this.notices].slice(0, NOTICES_MAX);
  }
}
