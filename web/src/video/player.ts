/** Plays a LIVE or its replay in a video element: Media Source first, the playlist where that does not work. */
import { mediaSource } from './feed';
import { Playlist } from './hls';
import { Pictures } from './pictures';
import type { Volume } from './volume';

export interface Playable {
  hls: string | null;
  mse_ws: string | null;
}

export interface PlayerEvents {
  /** A picture is seen, for the first time since it was asked for. */
  shown(): void;
  /** The browser plays no sound before a gesture, so there is none. */
  hushed(): void;
}

export class Player {
  #video: HTMLVideoElement;
  #events: PlayerEvents;
  #way: Pictures | Playlist | null = null;
  #seen = 0;
  #closed = false;

  constructor(video: HTMLVideoElement, events: PlayerEvents) {
    this.#video = video;
    this.#events = events;
    video.playsInline = true;
  }

  /** Play what runs; `only` one way of it, for who compares them. */
  watch({ hls, mse_ws }: Playable, volume: Volume, only: 'hls' | null = null): void {
    this.#leave();
    this.setVolume(volume);
    if (mse_ws && mediaSource() !== null && only === null) {
      const pictures = new Pictures(this.#video, mse_ws, {
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
    this.#await();
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
    if (this.#way instanceof Pictures) this.#way.nudge();
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
    const list = new Playlist(this.#video, address, running);
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
