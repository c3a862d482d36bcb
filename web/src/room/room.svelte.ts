/** The room as it is shown: who, how many, what was said. Frames go in, plain state comes out. */
import { ApiProblem, catalog, lives, serverNow, type Frame, type Gift, type GiftOrder, type GiftSent, type Goal, type Live, type LiveSummary, type Match, type Rank, type Receipt, type Snapshot, type Totals, type You } from '../api';
import type { GiftEngine, Showing } from '../engine';
import { nameOf } from '../i18n';
import { mergeRanks } from '../parts/ranks';
import { session } from '../ui';
import { Announcer, EVERY_MS } from './announcer';
import { ChatLog, type Line } from './chatlog';
import { takeContest } from './contests';
import type { Keeper } from './keeper.svelte';
import { RoomStream, type Connection } from './stream';

/** Lines and totals are written to the page at most this often, however fast frames come. */
const WRITE_MS = 300;
/** A gift older than this is history: counted and listed, not animated. */
const FRESH_MS = 12_000;

/** When to ask for the replay of a LIVE that has ended: it is written some seconds later. */
const REPLAY_MS = [2_500, 5_000, 10_000, 20_000, 40_000];

const NO_TOTALS: Totals = { viewers: 0, likes: 0, gifts: 0, gifters: 0, coins: 0 };

export class Room {
  readonly id: string;
  live = $state.raw<Live | null>(null);
  gifts = $state.raw<Gift[]>([]);
  totals = $state.raw<Totals>(NO_TOTALS);
  top = $state.raw<Rank[]>([]);
  lines = $state.raw<readonly Line[]>([]);
  you = $state.raw<You | null>(null);
  goal = $state.raw<Goal | null>(null);
  match = $state.raw<Match | null>(null);
  summary = $state.raw<LiveSummary | null>(null);
  connection = $state<Connection>('connecting');
  failure = $state.raw<ApiProblem | null>(null);
  following = $state(false);
  /** What the viewer did about following since the page opened; a snapshot that was on its way knows nothing of it. */
  #followed: boolean | null = null;
  /** Hearts that others sent, to float up; the page takes and clears it. */
  hearts = $state(0);
  muted = $state(false);
  banned = $state(false);
  /** Rules of talk, pinned, thanks: loaded behind the pictures. */
  keeper = $state.raw<Keeper | null>(null);
  /** How often each gift was given here, as far as this page saw. */
  popularity: Record<string, number> = {};
  engine: GiftEngine | null = null;
  /** Somebody is, or was, in this LIVE beside its creator: what shows them is loaded. */
  guested = $state(false);
  /** What is loaded on demand, and hears what the room hears. */
  readonly hearers = new Set<(message: Frame | Snapshot) => void>();
  readonly announcer = new Announcer();
  #byId = new Map<string, Gift>();
  #log = new ChatLog();
  #stream: RoomStream | null = null;
  #write = 0;
  #latest: Totals | null = null;
  #announce: (spoken: NonNullable<ReturnType<Announcer['drain']>>) => void;
  #timer = 0;
  #summary = 0;
  #asking = 0;
  #asked = 0;

  constructor(id: string, announce: Room['speak']) {
    this.id = id;
    this.#announce = announce;
  }

  speak = (spoken: NonNullable<ReturnType<Announcer['drain']>>) => this.#announce(spoken);

  get status() {
    return this.live?.status ?? 'scheduled';
  }

  gift(id: string): Gift | undefined {
    return this.#byId.get(id);
  }

  /** Loads the LIVE and the catalogue, then follows the room. Throws nothing: `failure` says what went wrong. */
  async open(): Promise<void> {
    try {
      const [live, gifts] = await Promise.all([lives.get(this.id), catalog.gifts()]);
      this.gifts = gifts.items;
      this.#byId = new Map(gifts.items.map((gift) => [gift.id, gift]));
      this.#setLive(live);
      if (live.status === 'ended') await this.loadSummary();
      this.failure = null;
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      this.failure = problem;
      return;
    }
    this.#log.me = session.account?.id ?? null;
    this.#stream = new RoomStream(this.id, !session.account, {
      snapshot: (snapshot) => this.#snapshot(snapshot),
      frame: (frame) => this.#frame(frame),
      connection: (state) => (this.connection = state),
    });
    this.#stream.open();
    this.#timer = window.setInterval(() => {
      const spoken = this.announcer.drain();
      if (spoken) this.speak(spoken);
    }, EVERY_MS);
  }

  close(): void {
    this.#stream?.close();
    clearInterval(this.#timer);
    clearTimeout(this.#write);
    clearTimeout(this.#summary);
    clearTimeout(this.#asking);
  }

  /** Where the pictures are: asked by everybody at about the same time, so a little apart. */
  #askPlayback(wait_ms: number): void {
    clearTimeout(this.#asking);
    this.#asking = window.setTimeout(async () => {
      try {
        const { playback, signal } = await lives.get(this.id);
        if (this.live) this.live = { ...this.live, playback, signal };
      } catch (problem) {
        if (!(problem instanceof ApiProblem)) throw problem;
      }
      this.#awaitReplay();
    }, wait_ms * (1 + Math.random() * 0.4));
  }

  /** Other addresses: those of a LIVE that is not for everybody hold for hours. */
  renew(): void {
    this.#askPlayback(2_000);
  }

  #awaitReplay(): void {
    const wait_ms = REPLAY_MS[this.#asked];
    if (this.live?.status !== 'ended' || this.live.playback?.hls?.endsWith('/replay.m3u8') || this.live.signal.run === 0 || wait_ms === undefined) return;
    this.#asked += 1;
    this.#askPlayback(wait_ms);
  }

  async loadSummary(): Promise<void> {
    try {
      this.summary = await lives.summary(this.id);
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
    }
  }

  /** Gifts after the end change the summary; asked once a burst. */
  #refreshSummary(): void {
    clearTimeout(this.#summary);
    this.#summary = window.setTimeout(() => void this.loadSummary(), 1_500);
  }

  setFollowing(following: boolean): void {
    this.#followed = following;
    this.following = following;
  }

  give(order: GiftOrder): Promise<Receipt> {
    return lives.give(this.id, order);
  }

  async reloadCatalog(): Promise<void> {
    const gifts = await catalog.gifts();
    this.gifts = gifts.items;
    this.#byId = new Map(gifts.items.map((gift) => [gift.id, gift]));
  }

  #setLive(live: Live): void {
    this.live = live;
    this.totals = { viewers: live.viewers, likes: live.likes, gifts: live.gifts, gifters: live.gifters, coins: live.coins };
    this.following = this.#followed ?? live.you_follow === true;
  }

  #snapshot(snapshot: Snapshot): void {
    const ended = this.live?.status !== 'ended' && snapshot.live.status === 'ended';
    this.#setLive(snapshot.live);
    this.totals = snapshot.totals;
    this.you = snapshot.you;
    this.muted = snapshot.you?.muted ?? false;
    this.banned = snapshot.you?.banned ?? false;
    this.engine?.seen.advance(snapshot.seq);
    this.#take({ events: snapshot.events });
    this.goal = snapshot.goal;
    if (snapshot.match || this.match?.status !== 'ended') this.match = snapshot.match; // a result is looked at first
    this.top = snapshot.top_gifters; // newer than any ranking among those events
    if (snapshot.guests?.[0]) this.guested = true;
    for (const hear of this.hearers) hear(snapshot);
    if (ended) {
      void this.loadSummary();
      this.#awaitReplay();
    }
  }

  #frame(frame: Frame): void {
    this.#latest = frame.totals;
    this.announcer.hear(frame);
    this.engine?.seen.advance(frame.seq);
    if (frame.folded) this.engine?.folded(frame.folded.count, frame.folded.coins);
    for (const event of frame.events) takeContest(this, event);
    this.#take(frame);
    for (const hear of this.hearers) hear(frame);
  }

  #take({ events }: Pick<Frame, 'events'>): void {
    for (const event of events) {
      this.keeper?.hear(event);
      if (event.type === 'gift.sent') this.#show(event);
      else if (event.type === 'like') this.hearts += Math.min(event.count, 6);
      else if (event.type === 'guest.joined') this.guested = true;
      else if (event.type === 'rank.updated') this.top = mergeRanks(event.top_gifters, this.top);
      else if (event.type === 'live.started' && this.live) this.live = { ...this.live, status: 'live', started_at: event.at };
      else if (event.type === 'live.ended' && this.live) {
        this.live = { ...this.live, status: 'ended', ended_at: event.at, playback: null };
        void this.loadSummary();
        this.#awaitReplay();
      } else if (event.type === 'signal.back' && !event.guest && this.live) {
        this.live = { ...this.live, signal: { state: 'live', run: event.run } };
        if (!this.live.playback) this.#askPlayback(150);
      } else if (event.type === 'signal.lost' && !event.guest && this.live) {
        this.live = { ...this.live, signal: { ...this.live.signal, state: 'lost' } };
      } else if (event.type === 'moderation.action' && event.account && event.account.id === session.account?.id) {
        if (event.action === 'mute') this.muted = true;
        if (event.action === 'unmute') this.muted = false;
        if (event.action === 'ban') this.banned = true;
      }
    }
    if (this.live?.status === 'ended' && events.some(({ type }) => type === 'gift.sent' || type === 'gift.reversed')) this.#refreshSummary();
    this.#log.add(events, Date.now());
    if (this.#write === 0) this.#write = window.setTimeout(() => this.#flush(), WRITE_MS);
  }

  /** Shows nothing more of these people. */
  leaveOut(people: readonly string[]): void {
    this.#log.leaveOut(people);
    this.#flush();
  }

  #flush(): void {
    this.#write = 0;
    this.lines = [...this.#log.lines];
    if (this.#latest) this.totals = this.#latest;
  }

  #show(event: GiftSent): void {
    this.popularity[event.gift_id] = (this.popularity[event.gift_id] ?? 0) + 1;
    const gift = this.#byId.get(event.gift_id);
    if (!gift || !this.engine || serverNow() - Date.parse(event.at) > FRESH_MS) return;
    const showing: Showing = {
      id: event.id, gift, count: event.repeat_count, coins: event.coins, combo_id: event.combo_id,
      giver: event.sender && { id: event.sender.id, name: nameOf(event.sender) },
      own: event.sender !== null && event.sender.id === session.account?.id,
    };
    this.engine.show(showing);
  }
}
