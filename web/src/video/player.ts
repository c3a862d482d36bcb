/** Plays a LIVE or its replay in a video element: WHEP where that is asked for, else Media Source, else the playlist. */
import { mediaSource } from './feed';
import { Playlist } from './hls';
import { Pictures } from './pictures';
import type { Volume } from './volume';
import type { Whep } from './whep';

export interface Playable {
  hls: string | null;
  mse_ws: string | null;
  whep?: string | null;
}

export interface PlayerEvents {
  /** A picture is seen, for the first time since it was asked for. */
  shown(): void;
  /** The addresses hold no more: a LIVE that is not for everybody has others now. */
  stale?(): void;
  /** The browser plays no sound before a gesture, so there is none. */
  hushed(): void;
}

export class Player {
  #video: HTMLVideoElement;
  #events: PlayerEvents;
  #way: Pictures | Playlist | Whep | null = null;
  #seen = 0;
  #closed = false;

  constructor(video: HTMLVideoElement, events: PlayerEvents) {
    this.#video = video;
    this.#events = events;
    video.playsInline = true;
  }

  /** Play what runs: `by` WHEP for who talks with whom is seen, where a camera is there for it; by its playlist for who compares. */
  watch(playable: Playable, volume: Volume, by: 'hls' | 'whep' | null = null): void {
    this.#leave();
    this.setVolume(volume);
    if (by === 'whep' && playable.whep) void this.#call(playable, playable.whep, volume);
    else this.#fragments(playable, by === 'hls');
    this.#await();
  }

  async #call(playable: Playable, address: string, volume: Volume): Promise<void> {
    const { Whep } = await import('./whep');
    if (this.#closed || this.#way) return; // another was begun
    const fall = () => {
      if (this.#way !== whep) return;
      this.#leave();
      this.setVolume(volume);
      this.#fragments(playable, false);
    };
    const whep = new Whep(this.#video, address, { changed: () => undefined, over: () => undefined, failed: fall });
    this.#way = whep;
    whep.open();
    void this.play();
  }

  #fragments({ hls, mse_ws }: Playable, list: boolean): void {
    if (mse_ws && mediaSource() !== null && !list) {
      const pictures = new Pictures(this.#video, mse_ws, {
        stale: () => this.#events.stale?.(),
        failed: () => {
          if (!hls || this.#way !== pictures) return;
          this.#leave();
          this.#list(hls, true);
        },
      });
      this.#way = pictures;
      pictures.open();
    } else if (hls) this.#list(hls, true);
    void this.play();
  }

  /** Play what was recorded, from its beginning, with the browser's own controls. */
  replay(hls: string, volume: Volume): void {
    this.#leave();
    this.setVolume(volume);
    this.#list(hls, false);
    void this.play();
    this.#await();
  }

  nudge(): void {
    if (this.#way && 'nudge' in this.#way) this.#way.nudge();
  }

  setVolume({ level, muted }: Volume): void {
    this.#video.volume = level;
    this.#video.muted = muted;
  }

  /** Begin; without sound where the browser wants a gesture for it. */
  async play(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      if ((error as Error).name !== 'NotAllowedError' || this.#video.muted || this.#closed) return; // another was begun
      this.#video.muted = true;
      this.#events.hushed();
      await this.#video.play().catch(() => undefined); // nothing moves without a gesture here: the poster stays
    }
  }

  close(): void {
    this.#closed = true;
    this.#leave();
  }

  #list(address: string, running: boolean): void {
    const list = new Playlist(this.#video, address, running, () => this.#events.stale?.());
    this.#way = list;
    void list.open().then(() => this.play());
  }

  #await(): void {
    const video = this.#video;
    if (this.#seen) video.cancelVideoFrameCallback?.(this.#seen);
    const seen = () => {
      this.#seen = 0;
      if (!this.#closed) this.#events.shown();
    };
    if (video.requestVideoFrameCallback) this.#seen = video.requestVideoFrameCallback(seen);
    else video.addEventListener('playing', seen, { once: true });
  }

  #leave(): void {
    this.#way?.close();
    this.#way = null;
    this.#video.removeAttribute('src');
    this.#video.load();
  }
}
