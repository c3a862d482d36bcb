/** A playlist: by the browser itself where it can, else by hls.js, which is loaded on demand. */
import { backoffMs } from './edge';
import { mediaSource } from './feed';

const KIND = 'application/vnd.apple.mpegurl';

export class Playlist {
  #video: HTMLVideoElement;
  #address: string;
  #running: boolean;
  #stale: () => void;
  #failures = 0;
  #retry = 0;
  #closed = false;
  #destroy: (() => void) | null = null;
  #onError = () => this.#again(() => this.#native());

  /** `running`: of a LIVE that goes on, which is played near its end. */
  constructor(video: HTMLVideoElement, address: string, running: boolean, stale: () => void) {
    this.#stale = stale;
    this.#video = video;
    this.#address = address;
    this.#running = running;
  }

  async open(): Promise<void> {
    if (mediaSource() === null && this.#video.canPlayType(KIND)) return this.#native();
    const { default: Hls } = await import('hls.js/light');
    if (this.#closed) return;
    if (!Hls.isSupported()) return this.#native();
    const player = new Hls({
      enableWorker: false, // its worker is a blob, which the pages' policy refuses
      backBufferLength: 20,
      maxBufferLength: this.#running ? 10 : 30,
      ...(this.#running ? { liveSyncDuration: 1.8, liveMaxLatencyDuration: 6, maxLiveSyncPlaybackRate: 1.1 } : {}),
    });
    player.on(Hls.Events.ERROR, (_, { fatal, type, response }) => {
      if (!fatal) return;
      if (response?.code === 403) this.#stale();
      this.#again(() => {
        if (type === Hls.ErrorTypes.MEDIA_ERROR) player.recoverMediaError();
        else player.loadSource(this.#address); // away, or nothing new for long
      });
    });
    player.on(Hls.Events.FRAG_BUFFERED, () => (this.#failures = 0));
    player.loadSource(this.#address);
    player.attachMedia(this.#video);
    this.#destroy = () => player.destroy();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#video.removeEventListener('error', this.#onError);
    this.#destroy?.();
  }

  #native(): void {
    this.#video.addEventListener('error', this.#onError);
    this.#video.src = this.#address;
    this.#video.load();
    void this.#video.play().catch(() => undefined); // its promise is the player's
  }

  #again(what: () => void): void {
    if (this.#closed) return;
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = window.setTimeout(what, backoffMs(this.#failures));
  }
}
