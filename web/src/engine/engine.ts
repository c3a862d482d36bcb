/**
 * The gift engine: told of gifts, draws them over its host.
 *
 * All DOM is made once, in the constructor. The loop runs only while something moves and the page is visible. Telling
 * it the same gift or frame again changes nothing.
 */
import './engine.css';
import { Bigs } from './bigs';
import { Lane, sparkles } from './lanes';
import { mergeKey, type Effects, type Showing } from './model';
import type { Beat } from './motion';
import { Particles } from './particles';
import { Pending, type Waiting } from './pending';
import { Quality } from './quality';
import { Seen } from './seen';
import { Sound } from './sound';
import { Stage } from './stage';

const FOLDED_STAY_MS = 2_600;
const CONFETTI = ['#ff4d73', '#ffc94d', '#4dc9ff', '#7ee081', '#b58cff'];

export interface Words {
  anonymous: string;
  sent: (gift: string) => string;
  count: (n: number) => string;
  more: (gifts: number) => string;
}

export interface Options {
  lanes?: 3 | 4;
  effects?: Effects;
  words: Words;
}

export class GiftEngine {
  readonly sound = new Sound();
  readonly seen = new Seen();
  #host: HTMLElement;
  #words: Words;
  #effects: Effects;
  #pending = new Pending();
  #bigs = new Bigs();
  #quality = new Quality();
  #particles = new Particles();
  #lanes: Lane[];
  #stage: Stage;
  #more = document.createElement('div');
  #moreCount = 0;
  #moreUntil_ms = 0;
  #frame = 0;
  #last_ms = 0;
  #width = 0;
  #height = 0;
  #frames = 0;
  #resizer: ResizeObserver;
  #onVisible = () => this.#wake();

  constructor(host: HTMLElement, { lanes = 3, effects = 'full', words }: Options) {
    this.#host = host;
    this.#words = words;
    this.#effects = effects;
    this.#lanes = Array.from({ length: lanes }, () => new Lane(words));
    this.#stage = new Stage(words);
    const rack = document.createElement('div');
    rack.className = 'lg-lanes';
    this.#more.className = 'lg-more';
    this.#more.dataset['shown'] = 'false';
    rack.append(this.#more, ...this.#lanes.map((lane) => lane.root));
    this.#particles.canvas.className = 'lg-canvas';
    host.classList.add('lg-engine');
    host.setAttribute('aria-hidden', 'true');
    host.append(this.#stage.root, this.#particles.canvas, rack);
    this.#resizer = new ResizeObserver(([entry]) => this.#resize(entry!.contentRect));
    this.#resizer.observe(host);
    document.addEventListener('visibilitychange', this.#onVisible);
  }

  /** Shows a gift once; false when its id was shown before. */
  show(showing: Showing): boolean {
    if (!this.seen.first(showing.id)) return false;
    if (this.#effects === 'off') return true;
    const now_ms = performance.now();
    if (showing.gift.tier === 'big') {
      const overflow = this.#bigs.add(showing);
      if (overflow) this.#line(overflow, now_ms);
    } else this.#line(showing, now_ms);
    this.#wake();
    return true;
  }

  /** Draws one's own gift before the server answers; the frame that brings it later changes nothing. */
  own(showing: Showing, tap: number): void {
    this.seen.first(showing.id);
    this.show({ ...showing, id: `${showing.id}#${tap}`, own: true });
  }

  /** Takes back one's own gift that was drawn at once and then refused. */
  retract(showing: Showing): void {
    if (this.#bigs.retract(showing.id)) return;
    if (this.#stage.showing?.id.split('#')[0] === showing.id) {
      this.#stage.clear();
      return;
    }
    const lane = this.#lanes.find((each) => each.key === mergeKey(showing));
    if (lane) lane.retract(showing.count, performance.now());
    else this.#pending.retract(showing);
    this.#wake();
  }

  /** Counts gifts that the server folded out of a frame. */
  folded(count: number, coins: number): void {
    if (this.#effects === 'off' || count <= 0) return;
    this.#pending.noteFolded(count, coins);
    this.#wake();
  }

  setEffects(effects: Effects): void {
    this.#effects = effects;
    if (effects !== 'full') this.#particles.clear();
    if (effects === 'off') this.clear();
  }

  clear(): void {
    this.#pending = new Pending();
    this.#bigs = new Bigs();
    for (const lane of this.#lanes) lane.clear();
    this.#stage.clear();
    this.#particles.clear();
    this.#more.dataset['shown'] = 'false';
    this.#moreUntil_ms = 0;
  }

  /** What a measurement wants to know. */
  get stats() {
    return { frames: this.#frames, quality: this.#quality.level, average_ms: this.#quality.average_ms, sprites: this.#particles.alive, waiting: this.#pending.size, bigs: this.#bigs.size, running: this.#frame !== 0 };
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#resizer.disconnect();
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.clear();
    this.sound.close();
    this.#host.replaceChildren();
  }

  #line(showing: Showing, now_ms: number): void {
    const key = mergeKey(showing);
    const lane = this.#lanes.find((each) => each.key === key);
    if (lane) lane.add(showing, now_ms);
    else this.#pending.add(showing, now_ms);
  }

  #wake(): void {
    if (this.#frame !== 0 || document.hidden) return;
    this.#last_ms = performance.now();
    this.#frame = requestAnimationFrame(this.#tick);
  }

  #tick = (): void => {
    const now_ms = performance.now();
    const took_ms = now_ms - this.#last_ms;
    this.#last_ms = now_ms;
    this.#frames += 1;
    this.#quality.frame(took_ms);
    const busy = this.#tickLanes(now_ms);
    const staged = this.#tickStage(now_ms);
    const more = this.#tickMore(now_ms);
    const flying = this.#effects === 'full' && this.#particles.tick(took_ms);
    const goesOn = (busy || staged || more || flying) && !document.hidden;
    this.#frame = goesOn ? requestAnimationFrame(this.#tick) : 0;
  };

  #tickLanes(now_ms: number): boolean {
    const calm = this.#effects !== 'full';
    this.#pending.foldStale(now_ms);
    let moving = false;
    for (const lane of this.#lanes) {
      if (lane.isFree(now_ms)) {
        const next = this.#pending.take();
        if (next) this.#fill(lane, next, now_ms, calm);
      }
      moving = lane.tick(now_ms, this.#pending.size > 0, calm) || moving;
    }
    return moving || this.#pending.size > 0;
  }

  #fill(lane: Lane, next: Waiting, now_ms: number, calm: boolean): void {
    const rtl = getDirection(this.#host) === 'rtl';
    lane.show(next, now_ms, calm, rtl);
    this.sound.play(next.gift.tier, now_ms);
    if (calm || this.#quality.level < 2 || !sparkles(next.gift)) return;
    const box = { x: rtl ? this.#width - 210 : 210, y: lane.root.offsetTop + (lane.root.offsetParent as HTMLElement | null)!.offsetTop + 26 };
    const sheet = this.#particles.spark(next.gift.art.accent);
    this.#particles.burst({ ...box, count: 12, speed: 210, angle: -Math.PI / 2, spread: 2.6, gravity: 320, life_ms: 800, size: 22, sheet }, this.#quality.sprites);
  }

  #tickStage(now_ms: number): boolean {
    if (!this.#stage.showing) {
      const lasts_ms = this.#bigs.duration_ms();
      const next = this.#bigs.take();
      if (!next) return false;
      this.#stage.show(next, lasts_ms, now_ms, this.#effects !== 'full');
      this.sound.play('big', now_ms);
    }
    for (const beat of this.#stage.tick(now_ms)) this.#beat(beat);
    return this.#stage.showing !== null || this.#bigs.size > 0;
  }

  #beat(beat: Beat): void {
    const showing = this.#stage.showing;
    if (!showing || this.#effects !== 'full') return;
    const { accent } = showing.gift.art;
    const middle = { x: this.#width / 2, y: this.#height * 0.4, angle: -Math.PI / 2 };
    const max = this.#quality.sprites;
    if (beat.kind === 'sparks') {
      this.#particles.burst({ ...middle, count: beat.count, speed: 330, spread: 6.28, gravity: 60, life_ms: 1_000, size: 26, sheet: this.#particles.spark(accent) }, max);
    } else if (beat.kind === 'pictures') {
      this.#particles.burst({ ...middle, count: beat.count, speed: 460, spread: 4, gravity: 620, life_ms: 1_700, size: 30, sheet: this.#particles.picture(this.#stage.art, accent) }, max);
    } else {
      for (const colour of CONFETTI) {
        this.#particles.burst({ ...middle, count: Math.ceil(beat.count / CONFETTI.length), speed: 620, spread: 2.6, gravity: 560, life_ms: 2_300, size: 15, sheet: this.#particles.confetti(colour) }, max);
      }
    }
  }

  #tickMore(now_ms: number): boolean {
    const { count } = this.#pending.drainFolded();
    if (count > 0) {
      this.#moreCount += count;
      this.#moreUntil_ms = now_ms + FOLDED_STAY_MS;
      this.#more.textContent = this.#words.more(this.#moreCount);
      this.#more.dataset['shown'] = 'true';
    } else if (this.#moreCount > 0 && now_ms > this.#moreUntil_ms) {
      this.#moreCount = 0;
      this.#more.dataset['shown'] = 'false';
    }
    return this.#moreCount > 0;
  }

  #resize({ width, height }: { width: number; height: number }): void {
    this.#width = width;
    this.#height = height;
    this.#particles.resize(width, height);
  }
}

function getDirection(host: HTMLElement): string {
  return host.ownerDocument.documentElement.dir;
}
