/** The creator's view of a running LIVE: every gift with its thanks, the talk with its moderation, totals with diamonds. */
import { ApiProblem, catalog, lives, type ChatMessage, type Frame, type Gift, type GiftSent, type Goal, type Live, type Match, type Person, type Rank, type RoomEvent, type Snapshot, type Totals } from '../api';
import { blocks, order } from '../api/order';
import type { Showing } from '../engine';
import { nameOf, t, tCode } from '../i18n';
import { mergeRanks } from '../parts/ranks';
import { takeContest } from '../room/contests';
import { RoomStream, type Connection } from '../room/stream';
import { toast } from '../ui';

const GIFTS_MAX = 200;
const TALK_MAX = 200;
const VIEWERS_MAX = 180;
const NOTICED_MS = 8_000;
const WRITE_MS = 200;

export class Deck {
  readonly id: string;
  live = $state.raw<Live | null>(null);
  totals = $state.raw<Totals | null>(null);
  top = $state.raw<Rank[]>([]);
  gifts = $state.raw<readonly GiftSent[]>([]);
  talk = $state.raw<readonly ChatMessage[]>([]);
  /** Viewers over time, one figure every few seconds. */
  viewers = $state.raw<readonly number[]>([]);
  goal = $state.raw<Goal | null>(null);
  match = $state.raw<Match | null>(null);
  /** Invitations of this LIVE and to it that wait for an answer. */
  invitations = $state.raw<readonly Match[]>([]);
  connection = $state<Connection>('connecting');
  failure = $state.raw<ApiProblem | null>(null);
  thanked = $state.raw<ReadonlySet<string>>(new Set());
  muted = $state.raw<ReadonlySet<string>>(new Set());
  banned = $state.raw<ReadonlySet<string>>(new Set());
  hidden = $state.raw<ReadonlySet<string>>(new Set());
  /** Grows with each question that is asked or decided on, and with each gift: lists ask again. */
  questions = $state(0);
  pinned = $state<string | null>(null);
  kinds = $state.raw<ReadonlyMap<string, Gift>>(new Map());
  /** Set by the preview: shows a gift as viewers see it. */
  show: ((showing: Showing) => void) | null = null;
  /** What else hears the room: its guests. */
  readonly hearers = new Set<(message: Frame | Snapshot) => void>();
  #stream: RoomStream | null = null;
  #gifts: GiftSent[] = [];
  #talk: ChatMessage[] = [];
  #seen = new Set<string>();
  #write = 0;
  #sampler = 0;

  constructor(id: string) {
    this.id = id;
  }

  async open(): Promise<void> {
    this.failure = null;
    try {
      const [live, gifts] = await Promise.all([lives.get(this.id), catalog.gifts()]);
      this.kinds = new Map(gifts.items.map((gift) => [gift.id, gift]));
      this.live = live;
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      this.failure = problem;
      return;
    }
    this.#stream = new RoomStream(this.id, false, {
      snapshot: (snapshot) => this.#snapshot(snapshot),
      frame: (frame) => this.#frame(frame),
      connection: (state) => (this.connection = state),
    });
    this.#stream.open();
    this.#sampler = window.setInterval(() => this.#sample(), 4_000);
  }

  close(): void {
    this.#stream?.close();
    clearInterval(this.#sampler);
    clearTimeout(this.#write);
  }

  /** Notes the thanks and says so; true when it stands. */
  async thank(gifts: readonly GiftSent[]): Promise<boolean> {
    const people = gifts.flatMap(({ sender }) => (sender ? [sender.id] : []));
    return this.#attempt(async () => {
      await lives.thank(this.id, { gift_ids: gifts.map(({ id }) => id).slice(0, 200) });
      this.thanked = new Set([...this.thanked, ...people]);
      toast(t('deck.thanked', { n: new Set(people).size }), { tone: 'good' });
    });
  }

  async moderate(action: 'mute' | 'unmute' | 'ban' | 'unban', person: Person, seconds?: number): Promise<boolean> {
    return this.#attempt(async () => {
      await lives.moderate(this.id, { action, account: person.id, ...(seconds ? { seconds } : {}) });
      if (action === 'mute' || action === 'unmute') this.muted = toggled(this.muted, person.id, action === 'mute');
      else this.banned = toggled(this.banned, person.id, action === 'ban');
      toast(t(`deck.did_${action}`, { name: nameOf(person) }), { tone: 'good' });
    });
  }

  async hide(comment: ChatMessage): Promise<boolean> {
    return this.#attempt(async () => {
      await lives.moderate(this.id, { action: 'hide', comment_id: comment.id });
      this.hidden = toggled(this.hidden, comment.id, true);
    });
  }

  async pin(comment: ChatMessage, on: boolean): Promise<boolean> {
    return this.#attempt(async () => {
      await order.moderate(this.id, { action: on ? 'pin' : 'unpin', comment_id: comment.id });
      this.pinned = on ? comment.id : null;
    });
  }

  /** Bans somebody from all rooms of one's own; who gave anonymously stays unknown. */
  async block(whom: { account: Person } | { receipt: string }): Promise<boolean> {
    return this.#attempt(async () => {
      await ('account' in whom ? blocks.put(whom.account.id) : blocks.giver(whom.receipt));
      if ('account' in whom) this.banned = toggled(this.banned, whom.account.id, true);
      toast('account' in whom ? t('block.done', { name: nameOf(whom.account) }) : t('block.done_giver'), { tone: 'good' });
    });
  }

  /** Somebody was thanked elsewhere on the deck. */
  noteThanked(people: readonly string[]): void {
    this.thanked = new Set([...this.thanked, ...people]);
  }

  async setGifts(on: boolean): Promise<boolean> {
    return this.#attempt(async () => {
      this.live = await lives.update(this.id, { gifts_enabled: on });
    });
  }

  async begin(): Promise<boolean> {
    return this.#attempt(async () => {
      this.live = await lives.start(this.id);
    });
  }

  async end(): Promise<boolean> {
    return this.#attempt(async () => {
      this.live = await lives.end(this.id);
    });
  }

  async #attempt(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      toast(tCode('problem', problem.code, problem.message), { tone: 'bad' });
      return false;
    }
  }

  #snapshot(snapshot: Snapshot): void {
    this.live = { ...snapshot.live, ingest: snapshot.live.ingest ?? this.live?.ingest ?? null };
    this.totals = { ...snapshot.totals };
    this.#take(snapshot.events, false);
    this.goal = snapshot.goal;
    this.match = snapshot.match;
    for (const hear of this.hearers) hear(snapshot);
    this.top = snapshot.top_gifters; // newer than any ranking among those events
    this.#sample();
  }

  #frame(frame: Frame): void {
    this.totals = frame.totals;
    for (const event of frame.events) {
      takeContest(this, event);
      if (event.type === 'match.invited') this.invitations = [...this.invitations, event.match];
      else if (event.type === 'match.closed' || event.type === 'match.started') this.invitations = this.invitations.filter(({ id }) => id !== event.match.id);
    }
    this.#take(frame.events, true);
    for (const hear of this.hearers) hear(frame);
  }

  #take(events: Frame['events'], fresh: boolean): void {
    for (const event of events) {
      if (event.type === 'gift.sent') this.#gift(event, fresh);
      else if (event.type === 'chat.message') this.#said(event);
      else if (event.type === 'question.new') this.questions += 1;
      else if (event.type === 'moderation.action') this.#moderated(event);
      else if (event.type === 'rank.updated') this.top = mergeRanks(event.top_gifters, this.top);
      else if (event.type === 'live.started' && this.live) this.live = { ...this.live, status: 'live', started_at: event.at };
      else if (event.type === 'signal.back' && !event.guest && this.live) void this.#signalled({ state: 'live', run: event.run });
      else if (event.type === 'signal.lost' && !event.guest && this.live) void this.#signalled({ ...this.live.signal, state: 'lost' });
      else if (event.type === 'recording.stopped' && this.live?.ingest) {
        this.live = { ...this.live, ingest: { ...this.live.ingest, recording: 'stopped' } };
        if (fresh) toast(t('air.unrecorded'), { tone: 'bad' });
      } else if (event.type === 'live.ended' && this.live) this.live = { ...this.live, status: 'ended', ended_at: event.at };
    }
    if (this.#write === 0) this.#write = window.setTimeout(() => this.#flush(), WRITE_MS);
  }

  #moderated({ action, text }: Extract<RoomEvent, { type: 'moderation.action' }>): void {
    if (action === 'pin') this.pinned = text;
    else if (action === 'unpin') this.pinned = null;
    else if (action.startsWith('question_')) this.questions += 1;
    else if (action === 'hide' && text) this.hidden = toggled(this.hidden, text, true);
  }

  async #signalled(signal: Live['signal']): Promise<void> {
    this.live = { ...this.live!, signal };
    if (signal.state === 'live') window.setTimeout(() => void this.#look(), NOTICED_MS); // by then an encoder's faults are known
    if (!this.live.playback || signal.state === 'lost') await this.#look();
  }

  /** Where the pictures are, and what the encoder was told. */
  async #look(): Promise<void> {
    try {
      const { playback, ingest } = await lives.get(this.id);
      if (this.live) this.live = { ...this.live, playback, ingest };
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem; // the next snapshot says it
    }
  }

  #gift(event: GiftSent, fresh: boolean): void {
    if (this.#seen.has(event.receipt)) return;
    this.#seen.add(event.receipt);
    this.#gifts.unshift(event);
    if (this.#gifts.length > GIFTS_MAX) this.#gifts.length = GIFTS_MAX;
    const gift = this.kinds.get(event.gift_id);
    if (fresh && gift) this.show?.({ id: event.id, gift, giver: event.sender && { id: event.sender.id, name: nameOf(event.sender) }, count: event.repeat_count, coins: event.coins, combo_id: event.combo_id, own: false });
  }

  #said(event: ChatMessage): void {
    if (this.#seen.has(event.id)) return;
    this.#seen.add(event.id);
    this.#talk.push(event);
    if (this.#talk.length > TALK_MAX) this.#talk.shift();
  }

  #flush(): void {
    this.#write = 0;
    this.gifts = [...this.#gifts];
    this.talk = [...this.#talk];
    if (this.#seen.size > 5_000) this.#seen = new Set([...this.#gifts.map(({ receipt }) => receipt), ...this.#talk.map(({ id }) => id)]);
  }

  #sample(): void {
    if (this.totals) this.viewers = [...this.viewers, this.totals.viewers].slice(-VIEWERS_MAX);
  }
}

function toggled(set: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const copy = new Set(set);
  if (on) copy.add(id);
  else copy.delete(id);
  return copy;
}
