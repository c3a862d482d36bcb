/** Goals of LIVEs, and matches between two of them. */
import { http } from './client';
import type { Page, Person } from './types';

/** `coins`, or `count` pieces of `gift_id`; what was reached stays so. */
export interface Goal {
  title: string;
  coins: number | null;
  gift_id: string | null;
  count: number | null;
  figure: number;
  reached: boolean;
}

export interface Match {
  id: string;
  status: 'invited' | 'running' | 'ended' | 'declined' | 'expired' | 'withdrawn';
  seconds: number;
  invited_at: string;
  expires_at: string;
  started_at: string | null;
  ends_at: string | null;
  /** Ids of LIVEs; no winner of an ended one is a tie. */
  winner: string | null;
  given_up_by: string | null;
  multipliers: { factor: number; starts_at: string; ends_at: string }[];
  /** The inviting LIVE first. */
  sides: [Side, Side];
}

export interface Side {
  live: string;
  creator: Person;
  score: number;
}

export interface Opponent {
  live: string;
  title: string;
  creator: Person;
  viewers: number;
  you_follow: boolean;
}

export interface Reminder {
  set: boolean;
  count: number;
}

const e = encodeURIComponent;

export const contests = {
  setGoal: (live: string, goal: Record<string, unknown>) => http.put<Goal>(`/v1/lives/${e(live)}/goal`, goal),
  dropGoal: (live: string) => http.del<void>(`/v1/lives/${e(live)}/goal`),
  matches: (live: string) => http.get<Page<Match>>(`/v1/lives/${e(live)}/matches`),
  opponents: (live: string) => http.get<{ items: Opponent[] }>(`/v1/lives/${e(live)}/opponents`),
  invite: (live: string, opponent: string, seconds: number) => http.post<Match>(`/v1/lives/${e(live)}/matches`, { opponent, seconds }),
  answer: (match: string, verb: 'accept' | 'decline' | 'end') => http.post<Match>(`/v1/matches/${e(match)}/${verb}`),
  multiply: (match: string, factor: number) => http.post<Match>(`/v1/matches/${e(match)}/multiplier`, { factor, after_s: 10, seconds: 30 }),
};

export const reminders = {
  get: (live: string) => http.get<Reminder>(`/v1/lives/${e(live)}/reminder`),
  set: (live: string) => http.put<Reminder>(`/v1/lives/${e(live)}/reminder`, undefined),
  drop: (live: string) => http.del<void>(`/v1/lives/${e(live)}/reminder`),
};
