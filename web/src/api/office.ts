/** The back office: what operators see and decide. */
import { upload } from './carry';
import { http, withQuery } from './client';
import type { Payout, PayoutStatus } from './payouts';
import type { Proposed } from './reviewing';
import type { Money, Page, Person } from './types';

const e = encodeURIComponent;

export interface OfficePayout {
  payout: Payout;
  creator: number;
  person: Person | null;
  /** Codes of why a person looks at it. */
  reasons: string[];
  rail_ref: string | null;
  attempt: number;
  rulings: { ruled_by: number; outcome: string; reference: string; reason: string; at: string }[];
  /** Facts about the creator that speak of risk, the newest first. */
  signals: { kind: string; related_count: number; weight: number; noted_at: string }[];
}

export interface PayoutBatch {
  key: number;
  kind: string;
  began_at: string;
  findings_before: number | null;
  payouts: number;
  findings_after: number | null;
  finding: string;
  ended_at: string | null;
}

/** Money in US cents, shares in basis points. */
export const RATES = [
  'share_bps', 'promo_share_bps', 'diamond_value_micros', 'hold_days', 'payout_minor_min', 'payout_week_minor_max',
  'payout_fee_bps', 'payout_fee_minor', 'give_day_coins_max', 'buy_day_minor_max',
] as const;
export type Rates = Record<(typeof RATES)[number], number> & { receivable: boolean };

export interface PolicyVersion extends Rates {
  id: string;
  announced_at: string;
  effective_at: string;
  status: 'past' | 'in_force' | 'announced';
}

export interface PolicyProposal {
  id: string;
  state: 'open' | 'approved' | 'rejected' | 'withdrawn';
  rates: Rates;
  effective_at: string | null;
  reason: string;
  proposed_at: string;
}

export interface PolicyEffect {
  days: number;
  creators: number;
  coins: number;
  now_milli: number;
  next_milli: number;
  now_value: Money;
  next_value: Money;
}

export interface GrantProposal extends Proposed {
  diamonds_milli: number;
}

export const office = {
  payouts: (status: PayoutStatus | '', cursor?: string) => http.get<Page<OfficePayout>>('/v1/office/payouts', { status, cursor }),
  payout: (id: string) => http.get<OfficePayout>(`/v1/office/payouts/${e(id)}`),
  approve: (id: string) => http.post<OfficePayout>(`/v1/office/payouts/${e(id)}/approve`),
  /** What takes a reason: hold, release, reject, play-return. */
  decide: (id: string, verb: 'hold' | 'release' | 'reject' | 'play-return', reason: string) =>
    http.post<OfficePayout>(`/v1/office/payouts/${e(id)}/${verb}`, { reason }),
  rule: (id: string, outcome: 'paid' | 'failed', reason: string, reference: string) =>
    http.post<OfficePayout>(`/v1/office/payouts/${e(id)}/rule`, { outcome, reason, reference }),
  batches: (cursor?: string) => http.get<Page<PayoutBatch>>('/v1/office/payout-batches', { cursor }),
  policies: () => http.get<Page<PolicyVersion>>('/v1/policies'),
  proposals: (cursor?: string) => http.get<Page<PolicyProposal>>('/v1/office/policies', { cursor }),
  effect: (rates: Rates) => http.post<PolicyEffect>('/v1/office/policies/effect', rates),
  propose: (id: string, rates: Rates, effective_at: string | null, reason: string) =>
    http.post<PolicyProposal>('/v1/office/policies', { id, ...rates, effective_at, reason }),
  approvePolicy: (id: string) => http.post<unknown>(`/v1/office/policies/${e(id)}/approve`),
  grants: (cursor?: string) => http.get<Page<GrantProposal>>('/v1/office/diamond-grants', { cursor }),
  proposeGrant: (id: string, account: string, diamonds_milli: number, reason: string, ticket: string) =>
    http.post<GrantProposal>('/v1/office/diamond-grants', { id, account, diamonds_milli, reason, ticket }),
  decideGrant: (id: string, verb: 'approve' | 'reject') => http.post<GrantProposal>(`/v1/office/diamond-grants/${e(id)}/${verb}`),
  rejectPolicy: (id: string) => http.post<unknown>(`/v1/office/policies/${e(id)}/reject`),
};

export interface Reconciliation {
  id: string;
  provider: string;
  from_on: string;
  to_on: string;
  read_at: string;
  lines: number;
  matched: number;
  other: number;
  differing: number;
  open: number;
  sums: ReconciliationSum[];
}

/** Minor units of a currency, plus is in our favour; balances only of a bank's account. */
export interface ReconciliationSum {
  currency: string;
  theirs_minor: number;
  ours_minor: number;
  difference_minor: number;
  opening_minor: number | null;
  closing_minor: number | null;
}

export interface ReconciliationLine {
  n: number;
  status: 'missing' | 'unknown' | 'differs' | 'duplicate';
  kind: string;
  ref: string;
  place: number | null;
  purchase: string | null;
  theirs: Money | null;
  ours: Money | null;
  /** Of a store's total; null where a line is one sale's. */
  theirs_units: number | null;
  ours_units: number | null;
  resolved_at: string | null;
  note: string;
}

export const reconciling = {
  list: (cursor?: string) => http.get<Page<Reconciliation>>('/v1/office/reconciliations', { cursor }),
  get: (id: string) => http.get<Reconciliation>(`/v1/office/reconciliations/${e(id)}`),
  lines: (id: string, cursor?: string) => http.get<Page<ReconciliationLine>>(`/v1/office/reconciliations/${e(id)}/lines`, { cursor }),
  /** The report is the body, as the provider made it. */
  read: (provider: string, from_on: string, to_on: string, report: Blob) =>
    upload<Reconciliation>('POST', withQuery(`/v1/office/reconciliations/${e(provider)}`, { from_on, to_on }), report),
  resolve: (id: string, n: number, note: string) => http.post<Reconciliation>(`/v1/office/reconciliations/${e(id)}/lines/${n}/resolve`, { note }),
};
