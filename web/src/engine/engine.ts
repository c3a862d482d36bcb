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
import { Quality, SPRITES_MAX } from './quality';
import { Seen } from './seen';
import { Sound } from './sound';
import { Stage } from './stage';

const FOLDED_STAY_MS = 2_600;
/** Lanes alone need no frame each 16 ms: their motion runs on the compositor. */
const LANES_TICK_MS = 48;
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
  /** Told when gifts begin to wait, and when none waits any more: the page may rest its own motion meanwhile. */
  onpressure?: (pressed: boolean) => void;
  /** Told when a big gift takes the stage and when it leaves it. */
  onstage?: (taken: boolean) => void;
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
  #rack = document.createElement('div');
  #more = document.createElement('div');
  #moreCount = 0;
  #moreUntil_ms = 0;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flying = false;
  #pressed = false;
  #onPressure: (pressed: boolean) => void;
  #staged = false;
  #onStage: (taken: boolean) => void;
  #last_ms = 0;
  #width = 0;
  #frames = 0;
  #sparkling: Lane[] = [];
  #beats: Beat[] = [];
  #resizer: ResizeObserver;
  #onVisible = () => this.#wake();

  constructor(host: HTMLElement, { lanes = 3, effects = 'full', words, onpressure = () => undefined, onstage = () => undefined }: Options) {
    this.#host = host;
    this.#words = words;
    this.#effects = effects;
    this.#onPressure = onpressure;
    this.#onStage = onstage;
    this.#lanes = Array.from({ length: lanes }, () => new Lane(words));
    this.#stage = new Stage(words);
    this.#rack.className = 'lg-lanes';
    this.#more.className = 'lg-more';
    this.#more.dataset['shown'] = 'false';
    this.#rack.append(this.#more, ...this.#lanes.map((lane) => lane.root));
    this.#particles.canvas.className = 'lg-canvas';
    host.classList.add('lg-engine');
    host.setAttribute('aria-hidden', 'true');
    host.append(this.#stage.root, this.#particles.canvas, this.#rack);
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
    return { frames: this.#frames, quality: this.#quality.level, average_ms: this.#quality.average_ms, sprites: this.#particles.alive, waiting: this.#pending.size, bigs: this.#bigs.size, running: this.#frame !== 0 || this.#timer !== undefined };
  }

  destroy(): void {
    this.#rest();
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
    if (this.#frame !== 0 || this.#timer !== undefined || document.hidden) return;
    this.#frame = requestAnimationFrame(this.#tick);
  }

  #rest(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = 0;
    this.#timer = undefined;
    this.#flying = false;
  }

  #tick = (): void => {
    const now_ms = performance.now();
    const took_ms = this.#flying ? now_ms - this.#last_ms : 16;
    this.#last_ms = now_ms;
    this.#frames += 1;
    if (this.#flying) this.#quality.frame(took_ms);
    this.#burst(); // reads the layout, so before this frame writes anything
    const busy = this.#tickLanes(now_ms);
    const staged = this.#tickStage(now_ms);
    const more = this.#tickMore(now_ms);
    const flying = this.#effects === 'full' && this.#particles.tick(took_ms);
    this.#rest();
    this.#tell(this.#pending.size > 0, staged);
    if (document.hidden || !(busy || staged || more || flying)) return;
    this.#flying = flying || this.#beats.length > 0 || this.#sparkling.length > 0;
    if (this.#flying) this.#frame = requestAnimationFrame(this.#tick);
    else this.#timer = setTimeout(this.#tick, LANES_TICK_MS);
  };

  #tell(pressed: boolean, staged: boolean): void {
    if (pressed !== this.#pressed) this.#onPressure((this.#pressed = pressed));
    if (staged !== this.#staged) this.#onStage((this.#staged = staged));
  }

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
    lane.show(next, now_ms, calm, this.#isRtl());
    this.sound.play(next.gift.tier, now_ms);
    if (!calm && this.#quality.level >= 2 && sparkles(next.gift)) this.#sparkling.push(lane);
  }

  /** Starts what the last frame asked for: sparks out of a lane, and the beats of the stage. */
  #burst(): void {
    if (this.#sparkling.length === 0 && this.#beats.length === 0) return;
    for (const lane of this.#sparkling) {
      const x = this.#isRtl() ? this.#width - 210 : 210;
      const y = lane.root.offsetTop + this.#rack.offsetTop + lane.root.offsetHeight / 2;
      const sheet = this.#particles.spark(lane.accent);
      this.#particles.burst({ x, y, count: 12, speed: 210, angle: -Math.PI / 2, spread: 2.6, gravity: 320, life_ms: 800, size: 22, sheet }, this.#quality.sprites);
    }
    for (const beat of this.#beats) this.#beat(beat);
    this.#sparkling = [];
    this.#beats = [];
  }

  #tickStage(now_ms: number): boolean {
    if (!this.#stage.showing) {
      const lasts_ms = this.#bigs.duration_ms();
      const next = this.#bigs.take();
      if (!next) return false;
      this.#stage.show(next, lasts_ms, now_ms, this.#effects !== 'full');
      this.sound.play('big', now_ms);
    }
    this.#beats.push(...this.#stage.tick(now_ms));
    return this.#stage.showing !== null || this.#bigs.size > 0;
  }

  #beat(beat: Beat): void {
    const showing = this.#stage.showing;
    if (!showing || this.#effects !== 'full') return;
    const { accent } = showing.gift.art;
    const { art } = this.#stage;
    const middle = { x: this.#width / 2, y: art.offsetTop + art.offsetHeight / 2, angle: -Math.PI / 2 };
    const max = this.#quality.sprites;
    if (beat.kind === 'sparks') {
      this.#particles.burst({ ...middle, count: beat.count, speed: 330, spread: 6.28, gravity: 60, life_ms: 1_000, size: 26, sheet: this.#particles.spark(accent) }, max);
    } else if (beat.kind === 'pictures') {
      this.#particles.burst({ ...middle, count: beat.count, speed: 460, spread: 4, gravity: 620, life_ms: 1_700, size: 30, sheet: this.#particles.picture(this.#stage.art, accent) }, max);
    } else {
      const share = max / SPRITES_MAX[SPRITES_MAX.length - 1]!; // every colour, also when there are fewer
      for (const colour of CONFETTI) {
        this.#particles.burst({ ...middle, count: Math.ceil((beat.count * share) / CONFETTI.length), speed: 620, spread: 2.6, gravity: 560, life_ms: 2_300, size: 15, sheet: this.#particles.confetti(colour) }, max);
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

  #isRtl(): boolean {
    return this.#host.ownerDocument.documentElement.dir === 'rtl';
  }

  #resize({ width, height }: { width: number; height: number }): void {
    this.#width = width;
    this.#particles.resize(width, height);
  }
}
