/** Files for banks, and what banks send. */
import { download, upload } from './carry';
import { http } from './client';
import type { Money, Page } from './types';

const e = encodeURIComponent;

export type BankRail = 'sepa' | 'ach';

/** Approved payouts as a file for a bank. */
export interface BankFile {
  id: string;
  rail: BankRail;
  status: 'wanted' | 'made' | 'empty' | 'ready' | 'handed' | 'settled' | 'refused';
  execution_on: string;
  payouts: number | null;
  total: Money | null;
  findings: number | null;
  wanted_at: string;
}

/** What followed from a file that a bank sent. */
export interface BankReport {
  id: string;
  counts: { read: number; moved: Record<string, number>; repeated: number; notes: number; other: number };
  misfits: { place: string; reason: string; payout: string | null }[];
}

/** Bank files, for the office alone: every page carries what `api` exports, and not this. */
export const bankFiles = {
  files: (cursor?: string) => http.get<Page<BankFile>>('/v1/office/payout-files', { cursor }),
  wantFile: (rail: BankRail) => http.post<BankFile>('/v1/office/payout-files', { rail }),
  takeFile: (id: string) => download(`/v1/office/payout-files/${e(id)}/file`),
  sayFile: (id: string, said: 'settled' | 'refused', reason: string, reference: string) =>
    http.post<BankFile>(`/v1/office/payout-files/${e(id)}/said`, { said, reason, reference }),
  readReport: (rail: BankRail, file: Blob) => upload<BankReport>('POST', `/v1/office/payout-reports/${rail}`, file),
};
