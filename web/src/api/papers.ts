/** What a creator shows so that money may go out: the shapes of papers, and their calls. */
import { upload } from './carry';
import { http } from './client';
import type { Page } from './types';

const e = encodeURIComponent;

export type PaperSubject = 'identity' | 'tax_form';
export type PaperKind = 'passport' | 'identity_card' | 'residence_permit' | 'driving_licence' | 'w9' | 'w8ben' | 'self_declaration';
export type PaperSide = 'front' | 'back' | 'extra';

export interface Paper {
  id: string;
  subject: PaperSubject;
  kind: PaperKind;
  country: string;
  status: 'draft' | 'waiting' | 'approved' | 'rejected' | 'replaced' | 'withdrawn';
  /** Its last day, or null for no end. */
  valid_until: string | null;
  made_at: string;
  reason: string;
  files: { side: PaperSide; media: string; size_bytes: number; made_at: string }[];
}

/** How far one has come with a subject, and how much it is asked for. */
export interface PaperStanding {
  subject: PaperSubject;
  level: 'off' | 'review' | 'required';
  standing: 'missing' | 'waiting' | 'rejected' | 'expired' | 'approved';
}

export const papers = {
  standings: () => http.get<PaperStanding[]>('/v1/me/papers/standing'),
  list: () => http.get<Page<Paper>>('/v1/me/papers'),
  write: (id: string, says: Record<string, string>) => http.post<Paper>('/v1/me/papers', { id, ...says }),
  attach: (id: string, side: PaperSide, file: File) => upload<Paper>('PUT', `/v1/me/papers/${e(id)}/files/${side}`, file),
  submit: (id: string) => http.post<Paper>(`/v1/me/papers/${e(id)}/submit`),
  withdraw: (id: string) => http.del<void>(`/v1/me/papers/${e(id)}`),
};
