/** What keeps a room in order, as its viewer sees it: the rules of talk, the pinned comment, whom one blocks. Loaded behind the pictures. */
import { ApiProblem, serverNow, type Person, type RoomEvent } from '../api';
import { blocks, order, type Pinned, type Talk } from '../api/order';
import { number, t } from '../i18n';
import { session } from '../ui';
import type { Room } from './room.svelte';

const SHOWN_MS = 12_000;
/** Rules are asked for by everybody at about the same time, so a little apart. */
const APART_MS = 600;

export type Shown = { kind: 'answer'; name: Person | null; text: string } | { kind: 'thanks'; people: Person[]; count: number; text: string | null };

export class Keeper {
  talk = $state.raw<Talk | null>(null);
  pinned = $state.raw<Pinned | null>(null);
  /** What was last answered or thanked for, for some seconds. */
  shown = $state.raw<Shown | null>(null);
  wait_s = $state(0);
  asked = $state(0);
  #room: Room;
  #free_ms = 0;
  #asking = 0;
  #showing = 0;
  #ticking = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  get moderates(): boolean {
    return this.#room.you?.is_creator === true || this.talk?.you?.moderates === true;
  }

  /** Why the viewer cannot speak at all, or null. */
  get closed(): 'banned' | 'muted' | 'followers' | null {
    if (this.#room.banned || this.talk?.you?.banned) return 'banned';
    if (this.#room.muted) return 'muted';
    return this.talk?.followers_only && !this.moderates && !this.#room.following ? 'followers' : null;
  }

  get until(): string | null {
    const you = this.talk?.you;
    return (you?.banned ? you.banned_until : you?.muted_until) ?? null;
  }

  /** What the box of comments says while it is empty. */
  get hint(): string | null {
    if (this.moderates) return null;
    if (this.wait_s > 0) return t('order.wait', { n: this.wait_s });
    if (this.talk?.emoji_only) return t('order.emoji');
    return this.talk?.slow_s ? t('order.slow', { time: number(this.talk.slow_s) }) : null;
  }

  async open(): Promise<void> {
    await this.#ask();
    if (!session.account) return;
    try {
      const found = await blocks.list();
      this.#room.leaveOut(found.items.flatMap(({ account }) => (account ? [account.id] : [])));
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem; // seen again is better than a page that fails
    }
  }

  close(): void {
    clearTimeout(this.#asking);
    clearTimeout(this.#showing);
    clearInterval(this.#ticking);
  }

  hear(event: RoomEvent): void {
    if (event.type === 'thanks') this.#show({ kind: 'thanks', people: event.accounts, count: event.count, text: event.text });
    else if (event.type === 'question.new') this.asked += 1;
    else if (event.type === 'moderation.action') this.#kept(event);
  }

  /** After a comment of one's own, or a refusal that says how long: a slow room lets one wait. */
  spoke(wait_s = this.talk?.slow_s ?? 0): void {
    if (this.moderates || wait_s <= 0) return;
    this.#free_ms = serverNow() + wait_s * 1_000;
    clearInterval(this.#ticking);
    const tick = () => {
      this.wait_s = Math.max(0, Math.ceil((this.#free_ms - serverNow()) / 1_000));
      if (this.wait_s === 0) clearInterval(this.#ticking);
    };
    tick();
    this.#ticking = window.setInterval(tick, 500);
  }

  refresh(): void {
    clearTimeout(this.#asking);
    this.#asking = window.setTimeout(() => void this.#ask(), Math.random() * APART_MS);
  }

  #kept({ action, account, text, said }: Extract<RoomEvent, { type: 'moderation.action' }>): void {
    if (action === 'pin' && account && text) this.pinned = { id: text, sender: account, text: said ?? '' };
    else if (action === 'unpin' || (action === 'hide' && text === this.pinned?.id)) this.pinned = null;
    else if (action === 'question_answered') this.#show({ kind: 'answer', name: account, text: said ?? '' });
    const mine = account !== null && account.id === session.account?.id;
    if (action === 'rules' || (mine && action !== 'pin' && action !== 'hide')) this.refresh();
  }

  #show(what: Shown): void {
    this.shown = what;
    clearTimeout(this.#showing);
    this.#showing = window.setTimeout(() => (this.shown = null), SHOWN_MS);
  }

  async #ask(): Promise<void> {
    try {
      const talk = await order.talk(this.#room.id);
      this.talk = talk;
      this.pinned = talk.pinned;
      if (talk.you) this.#room.muted = talk.you.muted;
      if (talk.you?.waits_s) this.spoke(talk.you.waits_s);
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem; // the server refuses what it does not want said
    }
    const until = this.talk?.you?.muted_until;
    if (until) this.#asking = window.setTimeout(() => void this.#ask(), Math.min(2 ** 31 - 1, Math.max(1_000, Date.parse(until) - serverNow() + 500)));
  }
}
