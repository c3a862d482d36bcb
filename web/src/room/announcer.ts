/** What a screen reader is told of a busy room: one sentence every five seconds, instead of every event. */
import type { Frame } from '../api';
import { nameOf } from '../i18n';

export const EVERY_MS = 5_000;

export interface Spoken {
  gifts: number;
  givers: number;
  comments: { name: string; text: string }[];
  joined: number;
}

const COMMENTS_MAX = 2;

export class Announcer {
  #gifts = 0;
  #givers = new Set<string>();
  #folded = 0;
  #comments: { name: string; text: string }[] = [];
  #joined = 0;

  hear(frame: Pick<Frame, 'events' | 'folded'>): void {
    for (const event of frame.events) {
      if (event.type === 'gift.sent') {
        this.#gifts += event.repeat_count;
        this.#givers.add(event.sender?.id ?? event.id);
      } else if (event.type === 'chat.message') {
        this.#comments.push({ name: nameOf(event.sender), text: event.text });
        if (this.#comments.length > COMMENTS_MAX) this.#comments.shift();
      } else if (event.type === 'member.joined') this.#joined += event.count;
    }
    this.#gifts += frame.folded?.count ?? 0;
    this.#folded += frame.folded?.senders ?? 0;
  }

  /** What happened since the last call, or null when nothing did. */
  drain(): Spoken | null {
    if (this.#gifts === 0 && this.#comments.length === 0 && this.#joined === 0) return null;
    const spoken = { gifts: this.#gifts, givers: this.#givers.size + this.#folded, comments: this.#comments, joined: this.#joined };
    this.#gifts = 0;
    this.#folded = 0;
    this.#joined = 0;
    this.#comments = [];
    this.#givers.clear();
    return spoken;
  }
}
