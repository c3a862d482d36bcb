/** Guests of a LIVE: who is in it beside its creator, and who asks to be. Imported by what is loaded on demand. */
import { http } from './client';
import type { Ingest, Playback, Signal } from './media';
import type { Person } from './types';

export interface Guest {
  person: Person;
  status: 'asked' | 'invited' | 'on';
  since: string;
  signal: Signal;
  /** Given to them in this LIVE. */
  coins: number;
  playback: Playback | null;
  /** To oneself, while on. */
  ingest: Ingest | null;
}

export type GuestAction = 'invite' | 'accept' | 'decline' | 'remove';

const e = encodeURIComponent;

export const guests = {
  list: (live: string) => http.get<{ guests: Guest[] }>(`/v1/lives/${e(live)}/guests`),
  ask: (live: string) => http.post<Guest>(`/v1/lives/${e(live)}/guests`),
  act: (live: string, account: string, action: GuestAction) => http.post<{ guests: Guest[] }>(`/v1/lives/${e(live)}/guests/${e(account)}`, { action }),
  leave: (live: string) => http.del<void>(`/v1/lives/${e(live)}/guests/me`),
};
