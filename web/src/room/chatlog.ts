/** The lines beside the picture: comments, joins, follows and gifts, bounded, with a sender's repeated gift as one line. */
import type { Person, RoomEvent } from '../api';

export const LINES_MAX = 120;
/** More lines than these are unreadable: gifts and joins beyond are left to the counters; comments never are. */
export const LINES_AT_ONCE_MAX = 12;
export const LINES_A_SECOND_MAX = 5;
const MERGE_MS = 8_000;

export interface Line {
  id: number;
  kind: 'chat' | 'gift' | 'join' | 'follow' | 'share';
  person: Person | null;
  text: string;
  /** The comment's public id. */
  said?: string;
  gift_id?: string;
  count?: number;
  /** Other people in a folded join. */
  others?: number;
  own: boolean;
  /** Said by somebody who gave here; `rank` is their place among the first three. */
  lit?: boolean;
  rank?: number | undefined;
  at_ms: number;
}

export class ChatLog {
  #lines: Line[] = [];
  #next = 1;
  #seenChat = new Set<string>();
  #seenGifts = new Set<string>();
  #left_out = new Set<string>();
  #me: string | null = null;
  #room = LINES_AT_ONCE_MAX;
  #last_ms = 0;

  set me(id: string | null) {
    this.#me = id;
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Takes away what these people said, and takes nothing more of theirs. */
  leaveOut(people: readonly string[]): void {
    for (const id of people) this.#left_out.add(id);
    this.#lines = this.#lines.filter(({ person }) => !person || !this.#left_out.has(person.id));
  }

  /** Takes events in order; returns true when a line changed. */
  add(events: readonly RoomEvent[], now_ms: number): boolean {
    this.#room = Math.min(LINES_AT_ONCE_MAX, this.#room + ((now_ms - this.#last_ms) / 1_000) * LINES_A_SECOND_MAX);
    this.#last_ms = now_ms;
    let changed = false;
    for (const event of events) {
      if (event.type === 'gift.sent' && !this.#isNew(event.receipt)) continue;
      if (event.type === 'gift.sent' && this.#grow(event.sender, event.gift_id, event.repeat_count, now_ms)) {
        changed = true;
        continue;
      }
      if (event.type === 'moderation.action' && event.action === 'hide') {
        this.#lines = this.#lines.filter(({ said }) => said !== event.text);
        changed = true;
      }
      const line = this.#lineOf(event, now_ms);
      if (!line || (line.person && this.#left_out.has(line.person.id)) || (this.#room < 1 && line.kind !== 'chat' && !line.own)) continue;
      this.#lines.push(line);
      this.#room = Math.max(0, this.#room - 1);
      changed = true;
    }
    if (this.#lines.length > LINES_MAX) this.#lines.splice(0, this.#lines.length - LINES_MAX);
    return changed;
  }

  /** Whether a receipt comes for the first time: a snapshot after a reconnect tells gifts again. */
  #isNew(receipt: string): boolean {
    if (this.#seenGifts.has(receipt)) return false;
    this.#seenGifts.add(receipt);
    if (this.#seenGifts.size > 2_000) this.#seenGifts.delete(this.#seenGifts.values().next().value!);
    return true;
  }

  #grow(sender: Person | null, gift_id: string, count: number, now_ms: number): boolean {
    for (let at = this.#lines.length - 1; at >= Math.max(0, this.#lines.length - 12); at -= 1) {
      const line = this.#lines[at]!;
      if (line.kind === 'gift' && line.gift_id === gift_id && sender && line.person?.id === sender.id && now_ms - line.at_ms < MERGE_MS) {
        this.#lines[at] = { ...line, count: (line.count ?? 0) + count, at_ms: now_ms };
        return true;
      }
    }
    return false;
  }

  #lineOf(event: RoomEvent, now_ms: number): Line | null {
    const line = (kind: Line['kind'], person: Person | null, text = '', more: Partial<Line> = {}): Line => ({
      id: this.#next++, kind, person, text, own: person !== null && person.id === this.#me, at_ms: now_ms, ...more,
    });
    switch (event.type) {
      case 'chat.message':
        if (this.#seenChat.has(event.id)) return null;
        this.#seenChat.add(event.id);
        if (this.#seenChat.size > 500) this.#seenChat.delete(this.#seenChat.values().next().value!);
        return line('chat', event.sender, event.text, { said: event.id, lit: event.highlight === true, rank: event.rank });
      case 'gift.sent':
        return line('gift', event.sender, event.message ?? '', { gift_id: event.gift_id, count: event.repeat_count });
      case 'member.joined':
        return event.members[0] ? line('join', event.members[0], '', { others: event.count - 1 }) : null;
      case 'follow':
        return line('follow', event.account);
      case 'share':
        return line('share', event.account);
      default:
        return null;
    }
  }
}
