/** Videos: apart from the rest, because most pages have none. */
import { csrfHeaders, http, problemOf } from './client';
import { ApiProblem } from './problem';
import type { GiftOrder } from '.';
import type { Page, Person, Rank, Receipt } from './types';

const e = encodeURIComponent;

export type VideoStatus = 'uploading' | 'processing' | 'ready' | 'failed' | 'published' | 'hidden' | 'removed';

export interface Captions {
  lang: string;
  label: string;
  url: string;
}

export interface Video {
  id: string;
  creator: Person;
  title: string;
  description: string;
  status: VideoStatus;
  gifts_enabled: boolean;
  comments_enabled: boolean;
  duration_s: number;
  width: number;
  height: number;
  poster: string | null;
  playback: { hls: string; captions: Captions[] } | null;
  views: number;
  likes: number;
  comments: number;
  shares: number;
  gifts: number;
  coins: number;
  liked: boolean;
  created_at: string;
  published_at: string | null;
  from_live: string | null;
  /** From here on to its creator and to moderators. */
  failure: { code: string; detail: string } | null;
  progress: number | null;
  hidden_reason: string | null;
  upload: { url: string; offset: number; length: number } | null;
}

export interface VideoComment {
  id: string;
  sender: Person;
  text: string;
  at: string;
}

export type VideoForm = Partial<Pick<Video, 'title' | 'description' | 'gifts_enabled' | 'comments_enabled'>>;

/** Where `tus` clients upload. */
export const UPLOADS = '/v1/videos/uploads';

/** A captions file as it is. */
async function putCaptions(id: string, lang: string, text: string): Promise<void> {
  const response = await fetch(`/v1/videos/${e(id)}/captions/${e(lang)}`, { method: 'PUT', credentials: 'same-origin', headers: { 'Content-Type': 'text/vtt', ...csrfHeaders() }, body: text }).catch((cause: unknown) => {
    throw new ApiProblem(0, { code: 'network', title: String(cause) });
  });
  if (!response.ok) throw await problemOf(response);
}

export const videos = {
  list: (creator?: string, after?: string | null, limit?: number) => http.get<Page<Video>>('/v1/videos', { creator, after, limit }),
  own: (after?: string | null) => http.get<Page<Video>>('/v1/me/videos', { after }),
  get: (id: string) => http.get<Video>(`/v1/videos/${e(id)}`),
  create: (form: VideoForm & { id: string; from_live?: string }) => http.post<Video>('/v1/videos', form),
  update: (id: string, form: VideoForm) => http.patch<Video>(`/v1/videos/${e(id)}`, form),
  remove: (id: string) => http.del<void>(`/v1/videos/${e(id)}`),
  publish: (id: string) => http.post<Video>(`/v1/videos/${e(id)}/publish`),
  unpublish: (id: string) => http.post<Video>(`/v1/videos/${e(id)}/unpublish`),
  putCaptions,
  dropCaptions: (id: string, lang: string) => http.del<void>(`/v1/videos/${e(id)}/captions/${e(lang)}`),
  comments: (id: string, after?: string | null) => http.get<Page<VideoComment>>(`/v1/videos/${e(id)}/comments`, { after }),
  comment: (id: string, comment: string, text: string) => http.post<VideoComment>(`/v1/videos/${e(id)}/comments`, { id: comment, text }),
  hideComment: (id: string, comment: string) => http.del<void>(`/v1/videos/${e(id)}/comments/${e(comment)}`),
  setLiked: (id: string, liked: boolean) => (liked ? http.put<void>(`/v1/videos/${e(id)}/like`, {}) : http.del<void>(`/v1/videos/${e(id)}/like`)),
  view: (id: string) => http.post<void>(`/v1/videos/${e(id)}/views`),
  share: (id: string) => http.post<void>(`/v1/videos/${e(id)}/shares`),
  topGifters: (id: string) => http.get<{ items: Rank[] }>(`/v1/videos/${e(id)}/top-gifters`),
  give: (id: string, order: GiftOrder) => http.post<Receipt>(`/v1/videos/${e(id)}/gifts`, order),
};
