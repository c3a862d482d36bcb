/** Films on their way: by the resumable protocol tus, whose library is loaded with the first of them. */
import type { Upload } from 'tus-js-client';
import { csrfHeaders } from '../api';
import { UPLOADS, type Video } from '../api/videos';
import { isSame, markOf } from './films';

export type Way = 'sending' | 'paused' | 'waiting' | 'refused';

export interface Sending {
  way: Way;
  sent: number;
  length: number;
  /** What the server said against it. */
  code: string;
}

const KEY = 'largesse.films';
const CHUNK_BYTES = 8 * 1024 * 1024;
const AGAIN_MS = 2_000;
/** Somebody else writes, or this page's last try has not ended there yet. */
const SOON = [409, 423, 429];

export class Uploads {
  /** By video. */
  all = $state<Record<string, Sending>>({});
  #uploads = new Map<string, Upload>();
  #ondone: (id: string) => void;

  constructor(ondone: (id: string) => void) {
    this.#ondone = ondone;
  }

  /** Sends a film, or the rest of it where some has come already. False where it is another film than was begun. */
  async send(video: Video, file: File): Promise<boolean> {
    const marks = readMarks();
    if (video.upload && !isSame(file, video.upload.length, marks[video.id])) return false;
    localStorage.setItem(KEY, JSON.stringify({ ...marks, [video.id]: markOf(file) }));
    this.all[video.id] = { way: 'sending', sent: video.upload?.offset ?? 0, length: file.size, code: '' };
    const { Upload: Tus } = await import('tus-js-client');
    const upload = new Tus(file, {
      endpoint: UPLOADS,
      uploadUrl: video.upload?.url ?? null,
      metadata: { video: video.id, filename: file.name, filetype: file.type },
      chunkSize: CHUNK_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(csrfHeaders())) request.setHeader(name, value);
      },
      onProgress: (sent) => this.#note(video.id, { sent, way: 'sending' }),
      onError: (error) => this.#failed(video.id, error),
      onSuccess: () => {
        this.#forget(video.id);
        this.#ondone(video.id);
      },
    });
    this.#uploads.set(video.id, upload);
    upload.start();
    return true;
  }

  async pause(id: string): Promise<void> {
    this.#note(id, { way: 'paused' });
    await this.#uploads.get(id)?.abort();
  }

  goOn(id: string): void {
    if (!this.#uploads.has(id)) return;
    this.#note(id, { way: 'sending', code: '' });
    this.#uploads.get(id)!.start();
  }

  /** Stops; what has come is for the server to forget with its video. */
  async cancel(id: string): Promise<void> {
    await this.#uploads.get(id)?.abort();
    this.#forget(id);
  }

  #note(id: string, news: Partial<Sending>): void {
    const known = this.all[id];
    if (known && !(known.way === 'paused' && news.way === 'sending' && news.sent !== undefined)) this.all[id] = { ...known, ...news };
  }

  #failed(id: string, error: Error | { originalResponse?: { getStatus(): number; getBody(): string } | null }): void {
    if (this.all[id]?.way === 'paused') return;
    const response = 'originalResponse' in error ? error.originalResponse : null;
    const status = response?.getStatus() ?? 0;
    if (status === 0 || status >= 500 || SOON.includes(status)) {
      this.#note(id, { way: 'waiting' });
      const again = () => {
        clearTimeout(timer);
        removeEventListener('online', again);
        if (this.all[id]?.way === 'waiting') this.goOn(id);
      };
      const timer = setTimeout(again, AGAIN_MS);
      addEventListener('online', again);
    } else this.#note(id, { way: 'refused', code: codeOf(response?.getBody() ?? '') });
  }

  #forget(id: string): void {
    this.#uploads.delete(id);
    delete this.all[id];
    const { [id]: _, ...rest } = readMarks();
    localStorage.setItem(KEY, JSON.stringify(rest));
  }
}

function readMarks(): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return kept && typeof kept === 'object' ? (kept as Record<string, string>) : {};
  } catch {
    return {};
  }
}

function codeOf(body: string): string {
  try {
    return String((JSON.parse(body) as { code?: unknown }).code ?? '');
  } catch {
    return '';
  }
}
