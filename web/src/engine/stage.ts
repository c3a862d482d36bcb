/** One stage for big gifts, made once: a glow, the art, and who gave it. */
import { motionOf, type Beat } from './motion';
import type { Showing } from './model';

export interface StageWords {
  anonymous: string;
  sent: (gift: string) => string;
  count: (n: number) => string;
}

export class Stage {
  readonly root = document.createElement('div');
  readonly art = document.createElement('img');
  #glow = document.createElement('div');
  #caption = document.createElement('div');
  #name = document.createElement('bdi');
  #line = document.createElement('span');
  #words: StageWords;
  #showing: Showing | null = null;
  #since_ms = 0;
  #lasts_ms = 0;
  #beats: Beat[] = [];
  #animations: Animation[] = [];

  constructor(words: StageWords) {
    this.#words = words;
    this.root.className = 'lg-stage';
    this.#glow.className = 'lg-glow';
    this.art.className = 'lg-big';
    this.art.alt = '';
    this.#caption.className = 'lg-caption';
    this.#caption.append(this.#name, this.#line);
    this.root.append(this.#glow, this.art, this.#caption);
    this.root.dataset['shown'] = 'false';
  }

  get showing(): Showing | null {
    return this.#showing;
  }

  show(showing: Showing, lasts_ms: number, now_ms: number, calm: boolean): void {
    const motion = motionOf(showing.gift, calm);
    this.clear();
    this.#showing = showing;
    this.#since_ms = now_ms;
    this.#lasts_ms = lasts_ms;
    this.#beats = [...motion.beats];
    this.art.src = showing.gift.art.still;
    this.#name.textContent = showing.giver?.name ?? this.#words.anonymous;
    this.#line.textContent = `${this.#words.sent(showing.gift.name)}${showing.count > 1 ? ` ${this.#words.count(showing.count)}` : ''}`;
    this.root.style.setProperty('--gift', showing.gift.art.accent);
    this.root.dataset['shown'] = 'true';
    const timing: KeyframeAnimationOptions = { duration: lasts_ms, fill: 'both' };
    this.#animations = [
      this.art.animate(motion.art, timing),
      this.#glow.animate(motion.glow, timing),
      this.#caption.animate(
        [{ opacity: 0, transform: calm ? 'none' : 'translateY(1rem)', offset: 0 }, { opacity: 1, transform: 'none', offset: 0.14 }, { opacity: 1, transform: 'none', offset: 0.9 }, { opacity: 0, offset: 1 }],
        timing,
      ),
    ];
  }

  /** One frame; returns the beats that are due now. */
  tick(now_ms: number): Beat[] {
    if (!this.#showing) return [];
    const part = (now_ms - this.#since_ms) / this.#lasts_ms;
    const due = this.#beats.filter((beat) => beat.at <= part);
    if (due.length > 0) this.#beats = this.#beats.filter((beat) => beat.at > part);
    if (part >= 1) this.clear();
    return due;
  }

  clear(): void {
    for (const animation of this.#animations) animation.cancel();
    this.#animations = [];
    this.#showing = null;
    this.root.dataset['shown'] = 'false';
  }
}
