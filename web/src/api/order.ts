/** A room kept in order: what may be said there, questions, thanks, blocks and reports. */
import { http } from './client';
import type { Page, Person } from './types';

const e = encodeURIComponent;

export interface Speaker {
  moderates: boolean;
  banned: boolean;
  banned_until: string | null;
  muted: boolean;
  muted_until: string | null;
  waits_s: number;
}

export interface Pinned {
  id: string;
  sender: Person;
  text: string;
}

export interface Talk {
  slow_s: number;
  emoji_only: boolean;
  followers_only: boolean;
  pinned: Pinned | null;
  you: Speaker | null;
}

export interface Rules {
  slow_s: number;
  emoji_only: boolean;
  followers_only: boolean;
  words: string[];
}

export interface Order {
  rules: Rules;
  moderators: Person[];
  banned: { account: Person; kind: 'ban' | 'mute'; until: string | null }[];
}

export interface Question {
  id: string;
  sender: Person;
  text: string;
  status: 'open' | 'answered' | 'dismissed';
  at: string;
}

export interface Unthanked {
  account: Person;
  coins: number;
  gifts: number;
}

export interface Block {
  id: string;
  /** Null for an anonymous giver, whose gift's receipt stands for them. */
  account: Person | null;
  receipt: string | null;
  at: string;
}

export const REASONS = ['spam', 'harassment', 'hate', 'nudity', 'violence', 'self-harm', 'minor', 'impersonation', 'gift-bait', 'cheap-coins', 'trading', 'other'] as const;
export type Reason = (typeof REASONS)[number];

export interface MyReport {
  id: string;
  about: string;
  reason: Reason;
  text: string;
  state: 'open' | 'acted' | 'dismissed';
  at: string;
}

export interface OfficeReport {
  id: string;
  about: string;
  kind: 'live' | 'video' | 'comment' | 'acct';
  account: Person;
  place: { id: string; title: string; status: string } | null;
  text: string | null;
  hidden: boolean;
  times: number;
  reasons: Partial<Record<Reason, number>>;
  said: { reporter: Person; reason: Reason; text: string; at: string }[];
  state: 'open' | 'acted' | 'dismissed';
  can: ('dismiss' | 'hide' | 'ban' | 'acted')[];
  opened_at: string;
  decided_at: string | null;
  decided_by: Person | null;
  decision: string | null;
  note: string | null;
}

export type Deed = 'mute' | 'unmute' | 'ban' | 'unban' | 'hide' | 'pin' | 'unpin' | 'moderator' | 'no_moderator';

export const order = {
  talk: (live: string) => http.get<Talk>(`/v1/lives/${e(live)}/talk`),
  get: (live: string) => http.get<Order>(`/v1/lives/${e(live)}/moderation`),
  moderate: (live: string, deed: { action: Deed; account?: string; comment_id?: string; seconds?: number }) => http.post<unknown>(`/v1/lives/${e(live)}/moderation`, deed),
  setRules: (live: string, rules: Rules) => http.put<Rules>(`/v1/lives/${e(live)}/rules`, rules),
  questions: (live: string, status: Question['status'] = 'open') => http.get<Page<Question>>(`/v1/lives/${e(live)}/questions`, { status, limit: 100 }),
  ask: (live: string, text: string) => http.post<Question>(`/v1/lives/${e(live)}/questions`, { text }),
  decide: (live: string, question: string, status: Question['status']) => http.post<void>(`/v1/lives/${e(live)}/questions/${e(question)}`, { status }),
  unthanked: (live: string) => http.get<{ items: Unthanked[] }>(`/v1/lives/${e(live)}/unthanked`),
  thank: (live: string, whom: { gift_ids?: string[]; accounts?: string[]; text?: string }) => http.post<{ count: number }>(`/v1/lives/${e(live)}/thanks`, whom),
};

export const blocks = {
  list: (cursor?: string) => http.get<Page<Block>>('/v1/me/blocks', { cursor, limit: 200 }),
  put: (account: string) => http.put<Block>(`/v1/me/blocks/${e(account)}`, {}),
  giver: (receipt: string) => http.post<Block>('/v1/me/blocks', { receipt }),
  lift: (which: string) => http.del<void>(`/v1/me/blocks/${e(which)}`),
};

export const reports = {
  make: (about: string, reason: Reason, text: string) => http.post<MyReport>('/v1/reports', { about, reason, text }),
  mine: (cursor?: string) => http.get<Page<MyReport>>('/v1/me/reports', { cursor }),
  queue: (status: string, cursor?: string) => http.get<Page<OfficeReport>>('/v1/office/reports', { status, cursor }),
  decide: (id: string, decision: OfficeReport['can'][number], note: string, seconds?: number) =>
    http.post<OfficeReport>(`/v1/office/reports/${e(id)}`, { decision, note, ...(seconds ? { seconds } : {}) }),
};
