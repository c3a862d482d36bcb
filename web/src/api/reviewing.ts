/** What operators look at and decide about people: papers, names on a list, second factors that were lost. */
import { take } from './carry';
import { http } from './client';
import type { Paper, PaperSide } from './papers';
import type { Page, Person } from './types';

const e = encodeURIComponent;

export interface OfficePaper extends Paper {
  creator: number;
  /** In lists and of one paper alone. */
  person: Person | null;
  submitted_at: string | null;
  decided_at: string | null;
  /** Whether what it says is still there. */
  kept: boolean;
}

export interface Look {
  /** A picture's side, or nothing: what the paper says. */
  side: PaperSide | '';
  looked_by: number;
  at: string;
  person: Person | null;
}

export interface LookedAt {
  paper: OfficePaper;
  says: { name: string; birth_date: string | null; number: string; address: string } | null;
  looks: Look[];
}

export type Ruling = 'open' | 'cleared' | 'confirmed';

export interface Match {
  key: number;
  creator: number;
  person: Person | null;
  entry: string;
  name: string;
  born: string;
  status: Ruling;
  found_at: string;
  decided_at: string | null;
  reason: string;
}

/** What one person proposes about another, and a second one decides. */
export interface Proposed {
  id: string;
  state: 'open' | 'approved' | 'rejected' | 'withdrawn';
  person: Person | null;
  proposer: Person | null;
  reason: string;
  ticket: string;
  proposed_at: string;
  decided_at: string | null;
}

export interface Reset extends Proposed {
  account: string;
}

export const reviewing = {
  papers: (status: Paper['status'], cursor?: string) => http.get<Page<OfficePaper>>('/v1/office/papers', { status, cursor }),
  /** Each call is a look that is written down; so is each picture. */
  look: (id: string) => http.get<LookedAt>(`/v1/office/papers/${e(id)}`),
  picture: (id: string, side: PaperSide) => take(`/v1/office/papers/${e(id)}/files/${side}`),
  approve: (id: string, valid_until: string | null) => http.post<OfficePaper>(`/v1/office/papers/${e(id)}/approve`, { valid_until }),
  reject: (id: string, reason: string) => http.post<OfficePaper>(`/v1/office/papers/${e(id)}/reject`, { reason }),
  matches: (status: Ruling, cursor?: string) => http.get<Page<Match>>('/v1/office/screening', { status, cursor }),
  rule: (key: number, outcome: 'cleared' | 'confirmed', reason: string) => http.post<Match>(`/v1/office/screening/${key}/rule`, { outcome, reason }),
  resets: (cursor?: string) => http.get<Page<Reset>>('/v1/office/second-factor-resets', { cursor }),
  proposeReset: (id: string, account: string, reason: string, ticket: string) =>
    http.post<Reset>('/v1/office/second-factor-resets', { id, account, reason, ticket }),
  decideReset: (id: string, verb: 'approve' | 'reject') => http.post<Reset>(`/v1/office/second-factor-resets/${e(id)}/${verb}`),
};
