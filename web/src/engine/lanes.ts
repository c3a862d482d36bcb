/** Three or four lanes, made once. A lane shows one sender's one gift and its count while it grows. */
import { hueOf, initialsOf } from '../ui/avatar';
import type { EngineGift, Showing } from './model';
import type { Waiting } from './pending';

const STAY_MS = 2_800;
const STAY_MS_BUSY = 1_100;
const POP_GAP_MS = 130;
const LEAVE_MS = 220;

export interface LaneWords {
  anonymous: string;
  /** "sent Rose" */
  sent: (gift: string) => string;
  count: (n: number) => string;
}

interface Parts {
  root: HTMLElement;
  face: HTMLElement;
  name: HTMLElement;
  line: HTMLElement;
  art: HTMLImageElement;
  count: HTMLElement;
}

export class Lane {
  readonly root: HTMLElement;
  #parts: Parts;
  #words: LaneWords;
  #key: string | null = null;
  #count = 0;
  #shown = 0;
  #touched_ms = 0;
  #popped_ms = 0;
  #until_ms = 0;
  #animation: Animation | null = null;

  constructor(words: LaneWords) {
    this.#parts = makeParts();
    this.root = this.#parts.root;
    this.#words = words;
  }

  /** The colour of the gift that is shown. */
  accent = '#fff';

  get key(): string | null {
    return this.#key;
  }

  /** Free to take the next gift: nothing shown, and the last one has left. */
  isFree(now_ms: number): boolean {
    return this.#key === null && now_ms >= this.#until_ms;
  }

  show(waiting: Waiting, now_ms: number, calm: boolean, rtl: boolean): void {
    const { face, name, line, art, root } = this.#parts;
    const giver = waiting.giver;
    this.#key = waiting.key;
    this.#count = waiting.count;
    this.#shown = 0;
    this.#touched_ms = now_ms;
    face.textContent = giver ? initialsOf(giver.name) : '?';
    face.style.setProperty('--hue', String(giver ? hueOf(giver.id) : 300));
    name.textContent = giver?.name ?? this.#words.anonymous;
    line.textContent = this.#words.sent(waiting.gift.name);
    if (art.getAttribute('src') !== waiting.gift.art.still) art.src = waiting.gift.art.still;
    this.accent = waiting.gift.art.accent;
    root.style.setProperty('--gift', this.accent);
    root.dataset['tier'] = waiting.gift.tier;
    root.dataset['own'] = String(waiting.own);
    root.dataset['shown'] = 'true';
    this.#writeCount();
    const from = `translateX(${rtl ? 40 : -40}%)`;
    this.#play(
      calm ? [{ opacity: 0 }, { opacity: 1 }] : [{ opacity: 0, transform: from }, { opacity: 1, transform: 'none' }],
      { duration: 260, easing: 'cubic-bezier(.2,.9,.2,1.15)' },
    );
    if (!calm) art.animate([{ transform: 'scale(.2) rotate(-30deg)' }, { transform: 'scale(1.15) rotate(6deg)', offset: 0.7 }, { transform: 'none' }], { duration: 420, easing: 'ease-out' });
  }

  add(showing: Showing, now_ms: number): void {
    this.#count += showing.count;
    this.#touched_ms = now_ms;
    if (showing.own) this.root.dataset['own'] = 'true';
  }

  /** Takes back a refused gift's count; the lane leaves when nothing remains. */
  retract(count: number, now_ms: number): void {
    this.#count -= count;
    this.#shown = Math.min(this.#shown, this.#count);
    if (this.#count <= 0) this.#leave(now_ms, true);
    else this.#writeCount();
  }

  /** One frame: counts up, leaves when its time is over. True while it needs further frames. */
  tick(now_ms: number, busy: boolean, calm: boolean): boolean {
    if (this.#key === null) return now_ms < this.#until_ms;
    if (this.#shown < this.#count && now_ms - this.#popped_ms > POP_GAP_MS) {
      const rest = this.#count - this.#shown;
      this.#shown += rest > 40 ? Math.ceil(rest / 4) : rest > 8 ? Math.ceil(rest / 3) : 1;
      this.#popped_ms = now_ms;
      this.#writeCount();
      if (!calm && this.#count > 1) this.#parts.count.animate([{ transform: 'scale(1.55)' }, { transform: 'none' }], { duration: 180, easing: 'ease-out' });
    }
    const stay_ms = busy ? STAY_MS_BUSY : STAY_MS;
    if (this.#shown >= this.#count && now_ms - this.#touched_ms > stay_ms) this.#leave(now_ms, calm);
    return true;
  }

  clear(): void {
    this.#animation?.cancel();
    this.#key = null;
    this.#until_ms = 0;
    this.root.dataset['shown'] = 'false';
  }

  #leave(now_ms: number, calm: boolean): void {
    this.#key = null;
    this.#until_ms = now_ms + LEAVE_MS;
    this.root.dataset['shown'] = 'false';
    this.#play([{ opacity: 1, transform: 'none' }, { opacity: 0, transform: calm ? 'none' : 'translateY(-60%)' }], { duration: LEAVE_MS, easing: 'ease-in' });
  }

  #writeCount(): void {
    this.#parts.count.textContent = this.#count > 1 ? this.#words.count(Math.max(1, this.#shown)) : '';
  }

  #play(frames: Keyframe[], timing: KeyframeAnimationOptions): void {
    this.#animation?.cancel();
    this.#animation = this.root.animate(frames, timing);
  }
}

function makeParts(): Parts {
  const make = (tag: 'div' | 'span' | 'bdi', name: string) => {
    const node = document.createElement(tag);
    node.className = name;
    return node;
  };
  const root = make('div', 'lg-lane');
  const face = make('span', 'lg-face');
  const words = make('div', 'lg-words');
  const name = make('bdi', 'lg-name');
  const line = make('span', 'lg-line');
  const count = make('span', 'lg-count');
  const art = document.createElement('img');
  art.className = 'lg-art';
  art.alt = '';
  art.width = 56;
  art.height = 56;
  words.append(name, line);
  root.append(face, words, art, count);
  root.dataset['shown'] = 'false';
  return { root, face, name, line, art, count };
}

/** True when one gift deserves sparks out of its lane. */
export function sparkles(gift: EngineGift): boolean {
  return gift.tier !== 'small';
}
