/** Files to the server and from it: apart from the rest, because few pages carry any. */
import { csrfHeaders, http, problemOf } from './client';
import { ApiProblem } from './problem';
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

const FILE_TIMEOUT_MS = 60_000;

/** A file to the server, or one from it. */
async function carry(path: string, file?: Blob): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { ...(file ? { 'Content-Type': 'application/octet-stream' } : {}), ...csrfHeaders() },
      body: file ?? null,
      signal: AbortSignal.timeout(FILE_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new ApiProblem(0, { code: 'network', title: String(cause) });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

const upload = async <T>(path: string, file: Blob) => (await (await carry(path, file)).json()) as T;
const download = async (path: string) => (await carry(path)).blob();

/** Bank files, for the office alone: every page carries what `api` exports, and not this. */
export const bankFiles = {
  files: (cursor?: string) => http.get<Page<BankFile>>('/v1/office/payout-files', { cursor }),
  wantFile: (rail: BankRail) => http.post<BankFile>('/v1/office/payout-files', { rail }),
  takeFile: (id: string) => download(`/v1/office/payout-files/${e(id)}/file`),
  sayFile: (id: string, said: 'settled' | 'refused', reason: string, reference: string) =>
    http.post<BankFile>(`/v1/office/payout-files/${e(id)}/said`, { said, reason, reference }),
  readReport: (rail: BankRail, file: Blob) => upload<BankReport>(`/v1/office/payout-reports/${rail}`, file),
};
