/** One canvas, at most 160 sprites, drawn from two small sheets made once a gift. Positions in CSS pixels. */

const CAPACITY = 160;
const SPRITE_PX = 40;
const PIXELS_MAX = 620_000;
const SHEETS_MAX = 48;

export interface Burst {
  x: number;
  y: number;
  count: number;
  /** Pixels a second. */
  speed: number;
  /** Radians, the middle and the width of the fan. */
  angle: number;
  spread: number;
  gravity: number;
  life_ms: number;
  size: number;
  sheet: number;
}

export class Particles {
  readonly canvas = document.createElement('canvas');
  #paint = this.canvas.getContext('2d')!;
  #alive = 0;
  #x = new Float32Array(CAPACITY);
  #y = new Float32Array(CAPACITY);
  #vx = new Float32Array(CAPACITY);
  #vy = new Float32Array(CAPACITY);
  #gravity = new Float32Array(CAPACITY);
  #turn = new Float32Array(CAPACITY);
  #spin = new Float32Array(CAPACITY);
  #size = new Float32Array(CAPACITY);
  #age = new Float32Array(CAPACITY);
  #life = new Float32Array(CAPACITY);
  #sheet = new Uint8Array(CAPACITY);
  #sheets: CanvasImageSource[] = [];
  #sheetOf = new Map<string, number>();
  #scale = 1;
  #height = 0;
  #dirty = false;

  constructor() {
    this.canvas.style.visibility = 'hidden';
  }

  get alive(): number {
    return this.#alive;
  }

  /** Fits the canvas to its host, in CSS pixels; large hosts get fewer pixels each. */
  resize(width: number, height: number): void {
    const ratio = Math.min(1.5, globalThis.devicePixelRatio || 1);
    const area = Math.max(1, width * height);
    this.#scale = Math.min(ratio, Math.sqrt(PIXELS_MAX / area));
    this.#height = height;
    this.canvas.width = Math.max(1, Math.round(width * this.#scale));
    this.canvas.height = Math.max(1, Math.round(height * this.#scale));
    this.#dirty = false;
  }

  /** The sheet of confetti in a colour, made once. */
  confetti(colour: string): number {
    return this.#remember(`c:${colour}`, (paint) => {
      paint.fillStyle = colour;
      paint.beginPath();
      paint.roundRect(SPRITE_PX * 0.25, SPRITE_PX * 0.1, SPRITE_PX * 0.5, SPRITE_PX * 0.8, 5);
      paint.fill();
    });
  }

  /** A soft spark in a colour. */
  spark(colour: string): number {
    return this.#remember(`s:${colour}`, (paint) => {
      const half = SPRITE_PX / 2;
      const glow = paint.createRadialGradient(half, half, 0, half, half, half);
      glow.addColorStop(0, '#fff');
      glow.addColorStop(0.25, colour);
      glow.addColorStop(1, 'transparent');
      paint.fillStyle = glow;
      paint.fillRect(0, 0, SPRITE_PX, SPRITE_PX);
    });
  }

  /** A small copy of a picture that has been loaded; a spark while it has not. */
  picture(image: HTMLImageElement, colour: string): number {
    if (!image.complete || image.naturalWidth === 0) return this.spark(colour);
    return this.#remember(`p:${image.src}`, (paint) => paint.drawImage(image, 0, 0, SPRITE_PX, SPRITE_PX));
  }

  burst(burst: Burst, sprites_max: number): void {
    const room = Math.min(CAPACITY, sprites_max) - this.#alive;
    const count = Math.min(burst.count, room);
    for (let n = 0; n < count; n += 1) {
      const at = this.#alive++;
      const angle = burst.angle + (Math.random() - 0.5) * burst.spread;
      const speed = burst.speed * (0.45 + Math.random() * 0.75);
      this.#x[at] = burst.x;
      this.#y[at] = burst.y;
      this.#vx[at] = Math.cos(angle) * speed;
      this.#vy[at] = Math.sin(angle) * speed;
      this.#gravity[at] = burst.gravity;
      this.#turn[at] = Math.random() * 6.28;
      this.#spin[at] = (Math.random() - 0.5) * 9;
      this.#size[at] = burst.size * (0.6 + Math.random() * 0.7);
      this.#age[at] = 0;
      this.#life[at] = burst.life_ms * (0.7 + Math.random() * 0.5);
      this.#sheet[at] = burst.sheet;
    }
  }

  /** Moves and draws one frame. True while sprites live. */
  tick(took_ms: number): boolean {
    if (this.#alive === 0) {
      if (this.#dirty) this.clear();
      return false;
    }
    if (!this.#dirty) this.canvas.style.visibility = 'visible';
    this.#paint.setTransform(1, 0, 0, 1, 0, 0);
    this.#paint.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#dirty = true;
    const dt = Math.min(took_ms, 48) / 1000;
    for (let at = this.#alive - 1; at >= 0; at -= 1) {
      this.#age[at]! += took_ms;
      if (this.#age[at]! >= this.#life[at]! || this.#y[at]! > this.#height + 60) this.#bury(at);
      else this.#step(at, dt);
    }
    this.#paint.globalAlpha = 1;
    return true;
  }

  clear(): void {
    this.#alive = 0;
    this.#dirty = false;
    this.canvas.style.visibility = 'hidden'; // an empty canvas over the picture still costs every frame
    this.#paint.setTransform(1, 0, 0, 1, 0, 0);
    this.#paint.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #step(at: number, dt: number): void {
    const drag = 1 - 1.1 * dt;
    this.#vx[at]! *= drag;
    this.#vy[at] = this.#vy[at]! * drag + this.#gravity[at]! * dt;
    this.#x[at]! += this.#vx[at]! * dt;
    this.#y[at]! += this.#vy[at]! * dt;
    this.#turn[at]! += this.#spin[at]! * dt;
    const left = 1 - this.#age[at]! / this.#life[at]!;
    const size = this.#size[at]!;
    const cos = Math.cos(this.#turn[at]!) * this.#scale;
    const sin = Math.sin(this.#turn[at]!) * this.#scale;
    this.#paint.globalAlpha = left < 0.3 ? left / 0.3 : 1;
    this.#paint.setTransform(cos, sin, -sin, cos, this.#x[at]! * this.#scale, this.#y[at]! * this.#scale);
    this.#paint.drawImage(this.#sheets[this.#sheet[at]!]!, -size / 2, -size / 2, size, size);
  }

  #bury(at: number): void {
    const last = --this.#alive;
    if (at === last) return;
    for (const column of [this.#x, this.#y, this.#vx, this.#vy, this.#gravity, this.#turn, this.#spin, this.#size, this.#age, this.#life, this.#sheet]) column[at] = column[last]!;
  }

  #remember(name: string, draw: (paint: CanvasRenderingContext2D) => void): number {
    const known = this.#sheetOf.get(name);
    if (known !== undefined) return known;
    const at = this.#sheets.length < SHEETS_MAX ? this.#sheets.length : this.#sheetOf.size % SHEETS_MAX;
    const sheet = document.createElement('canvas');
    sheet.width = SPRITE_PX;
    sheet.height = SPRITE_PX;
    draw(sheet.getContext('2d')!);
    for (const [other, place] of this.#sheetOf) if (place === at) this.#sheetOf.delete(other);
    this.#sheets[at] = sheet;
    this.#sheetOf.set(name, at);
    return at;
  }
}
