/** Who is in a LIVE beside its creator, as frames tell it; the list is asked for where frames do not say enough. */
import { ApiProblem, type Frame, type Person, type Snapshot } from '../api';
import { guests, type Guest, type GuestAction } from '../api/guests';
import { mediaSource } from '../video/feed';

const ASK_AGAIN_MS = 4_000;
/** Those who all have to ask for the same do it a little apart. */
const APART_MS = 1_200;

export class Guests {
  readonly live_id: string;
  list = $state.raw<readonly Guest[]>([]);
  /** Whoever came or went last, to be told. */
  news = $state.raw<{ person: Person; came: boolean } | null>(null);
  /** Who looks: their own account, and whether they see who asks. */
  #me: string | null;
  #keeps: boolean;
  /** Whether this is a LIVE for followers alone: its pictures have addresses with a signature. */
  #isSigned: () => boolean;
  #asking = 0;
  #closed = false;

  constructor(live_id: string, me: string | null, keeps: boolean, isSigned: () => boolean) {
    this.#isSigned = isSigned;
    this.live_id = live_id;
    this.#me = me;
    this.#keeps = keeps;
  }

  get on(): Guest[] {
    return this.list.filter(({ status }) => status === 'on');
  }

  get waiting(): Guest[] {
    return this.list.filter(({ status }) => status !== 'on');
  }

  /** One's own place. */
  get mine(): Guest | null {
    return this.list.find(({ person }) => person.id === this.#me) ?? null;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#asking);
  }

  async load(): Promise<void> {
    clearTimeout(this.#asking);
    try {
      const { guests: found } = await guests.list(this.live_id);
      if (!this.#closed) this.list = found;
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem; // the next frame, or the next look, says it
    }
    // Nobody is told by a frame that they were declined: who waits looks.
    if (!this.#closed && this.mine?.status === 'asked') this.#soon(ASK_AGAIN_MS);
  }

  async ask(): Promise<void> {
    const place = await guests.ask(this.live_id);
    this.list = [...this.list.filter(({ person }) => person.id !== place.person.id), place];
    this.#soon(ASK_AGAIN_MS);
  }

  async act(person: Person, action: GuestAction): Promise<void> {
    await guests.act(this.live_id, person.id, action);
    await this.load();
  }

  async leave(): Promise<void> {
    await guests.leave(this.live_id);
    this.list = this.list.filter(({ person }) => person.id !== this.#me);
  }

  hear(message: Frame | Snapshot): void {
    if ('live' in message) this.#begin(message);
    for (const event of message.events) {
      if (event.type === 'guest.joined') this.#join(event.account);
      else if (event.type === 'guest.left') this.#part(event.account);
      else if (event.type === 'guest.invited' && event.account.id === this.#me) void this.load();
      else if ((event.type === 'guest.asked' || event.type === 'guest.invited') && this.#keeps) this.#soon(150);
      else if (event.type === 'signal.back' && event.guest) this.#shine(event.guest, event.run);
      else if (event.type === 'signal.lost' && event.guest) this.#change(event.guest, (guest) => ({ signal: { ...guest.signal, state: 'lost' } }));
      else if (event.type === 'live.ended') this.list = [];
    }
    if ('live' in message) return;
    for (const { account, coins } of message.guests ?? []) this.#change(account, () => ({ coins }));
  }

  #begin({ guests: on = [], live }: Snapshot): void {
    const own = this.mine;
    const waiting = live.status === 'live' ? this.waiting.filter(({ person }) => !on.some((guest) => guest.person.id === person.id)) : [];
    this.list = [...on.map((guest) => (guest.person.id === this.#me ? { ...guest, ingest: own?.ingest ?? null } : guest)), ...waiting];
    if (this.#keeps || (this.mine && !this.mine.ingest)) void this.load();
  }

  #join(person: Person): void {
    const known = this.list.find((guest) => guest.person.id === person.id);
    if (known?.status === 'on') return;
    const place: Guest = { person, status: 'on', since: new Date().toISOString(), signal: { state: 'none', run: 0 }, coins: known?.coins ?? 0, playback: null, ingest: null };
    this.list = [...this.list.filter((guest) => guest !== known), place];
    this.news = { person, came: true };
    if (person.id === this.#me || this.#keeps) void this.load(); // where to publish is told to oneself alone
  }

  #part(person: Person): void {
    if (this.list.some((guest) => guest.person.id === person.id)) this.news = { person, came: false };
    this.list = this.list.filter((guest) => guest.person.id !== person.id);
  }

  #shine(id: string, run: number): void {
    const signed = this.#isSigned();
    const base = `/v1/lives/${encodeURIComponent(this.live_id)}/guests/${encodeURIComponent(id)}`;
    this.#change(id, ({ playback }) => ({ signal: { state: 'live', run }, playback: playback ?? (signed ? null : { mse_ws: `${base}/pictures`, hls: null, whep: `${base}/whep` }) }));
    if (mediaSource() === null || signed) this.#soon(200 + Math.random() * APART_MS); // the list has addresses that cannot be made up
  }

  #change(id: string, changed: (guest: Guest) => Partial<Guest>): void {
    this.list = this.list.map((guest) => (guest.person.id === id ? { ...guest, ...changed(guest) } : guest));
  }

  #soon(wait_ms: number): void {
    clearTimeout(this.#asking);
    this.#asking = window.setTimeout(() => void this.load(), wait_ms);
  }
}
