/** Being on air from this page: the camera, what is sent of it, and how that goes. */
import { t } from '../i18n';
import { toast } from '../ui';
import { Broadcast, recordedKind, type Health } from '../video/broadcast';
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

  constructor(live_id: string) {
    this.#broadcast = new Broadcast(`/v1/lives/${encodeURIComponent(live_id)}/ingest`, {
      changed: (health) => (this.health = health),
      told: (text) => this.#note(text),
      slow: () => this.#note(t('air.slow')),
      over: (code) => {
        const said = SAID.get(code);
        if (said !== null) toast(t(said ?? 'air.over'), { tone: 'bad' });
      },
    });
    this.camera.onstream = (stream) => {
      if (this.on) this.#broadcast.start(stream);
    };
  }

  get on() {
    return this.health.state !== 'off';
  }

  get can() {
    return recordedKind() !== null;
  }

  async start(): Promise<void> {
    if (!this.camera.stream && !(await this.camera.open())) return;
    if (this.camera.stream) this.#broadcast.start(this.camera.stream);
  }

  stop(): void {
    this.#broadcast.stop();
  }

  close(): void {
    this.stop();
    this.camera.close();
  }

  #note(text: string): void {
    if (this.notices[0] !== text) this.notices = [text, ...this.notices].slice(0, NOTICES_MAX);
  }
}
