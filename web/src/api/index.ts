/** Every call that the pages make, by name. */
// What only a few pages call (`./hosts`, `./insights`, `./limits`, `./office`, `./papers`, `./payouts`) is imported from there: what stands here is on every page.
import { http } from './client';
import type { FrameList, GiftSent } from './events';
import type { PurchaseReceipt } from './receipts';
import type { LiveSummary } from './summary';
import type * as w from './types';

export * from './events';
export type * from './contests';
export type * from './insights';
export type * from './media';
export type * from './papers';
export type * from './payouts';
export * from './regions';
export * from './types';
export type * from './receipts';
export type * from './summary';
export { ApiProblem } from './problem';
export { http, csrfHeaders, withQuery } from './client';
export { serverNow } from './time';
export { prefixed, uuid7 } from './uuid';

const e = encodeURIComponent;

export interface SignUp {
  username: string;
  email: string;
  password: string;
  birth_date: string;
  country: string;
  language: string;
  display_name?: string;
  accept_terms: true;
}

export const accounts = {
  signUp: (form: SignUp) => http.post<w.SignedIn>('/v1/accounts', form),
  signIn: (login: string, password: string, second_factor?: string) =>
    http.post<w.SignedIn>('/v1/sessions', { login, password, ...(second_factor ? { second_factor } : {}) }),
  signOut: () => http.del<void>('/v1/sessions/current'),
  sessions: () => http.get<w.Page<w.DeviceSession>>('/v1/sessions'),
  endSession: (id: string) => http.del<void>(`/v1/sessions/${e(id)}`),
  me: () => http.get<w.Account>('/v1/me'),
  badge: () => http.get<w.Gifter>('/v1/me/badge'),
  update: (changes: Record<string, unknown>) => http.patch<w.Account>('/v1/me', changes),
  becomeCreator: () => http.post<w.Account>('/v1/me/creator', { accept_terms: true }),
  profile: (username: string) => http.get<w.Profile>(`/v1/accounts/${e(username)}`),
  follow: (username: string) => http.post<void>(`/v1/accounts/${e(username)}/follow`),
  unfollow: (username: string) => http.del<void>(`/v1/accounts/${e(username)}/follow`),
  requestReset: (email: string) => http.post<void>('/v1/password-resets', { email }),
  reset: (token: string, password: string) => http.post<void>(`/v1/password-resets/${e(token)}`, { password }),
  requestVerification: () => http.post<void>('/v1/email-verifications'),
  changePassword: (old_password: string, new_password: string) => http.post<void>('/v1/me/password', { old_password, new_password }),
  enrolTotp: (password: string) => http.post<w.Enrolment>('/v1/me/totp', { password }),
  confirmTotp: (code: string) => http.post<w.Account>('/v1/me/totp/confirm', { code }),
  removeTotp: (code: string) => http.post<void>('/v1/me/totp/remove', { code }),
  signOutEverywhere: () => http.del<void>('/v1/sessions'),
  erase: (password: string, forfeit: boolean) => http.post<void>('/v1/me/erase', { password, forfeit }),
  terms: () => http.get<w.Page<w.Terms>>('/v1/terms'),
  verifyEmail: (token: string) => http.post<void>(`/v1/email-verifications/${e(token)}`),
};

export interface GiftOrder {
  id: string;
  gift_id: string;
  count: number;
  expected_coins?: number;
  combo_id?: string;
  message?: string;
  anonymous?: boolean;
}

export const lives = {
  list: (status: w.LiveStatus = 'live', cursor?: string) =>
    http.get<w.Page<w.Live>>('/v1/lives', { status, cursor }),
  get: (id: string) => http.get<w.Live>(`/v1/lives/${e(id)}`),
  create: (form: Record<string, unknown>) => http.post<w.Live>('/v1/lives', form),
  update: (id: string, changes: Record<string, unknown>) => http.patch<w.Live>(`/v1/lives/${e(id)}`, changes),
  start: (id: string) => http.post<w.Live>(`/v1/lives/${e(id)}/start`),
  end: (id: string) => http.post<w.Live>(`/v1/lives/${e(id)}/end`),
  renewKey: (id: string) => http.post<w.Live>(`/v1/lives/${e(id)}/stream-key`),
  summary: (id: string) => http.get<LiveSummary>(`/v1/lives/${e(id)}/summary`),
  topGifters: (id: string) => http.get<{ items: w.Rank[] }>(`/v1/lives/${e(id)}/top-gifters`),
  gifts: (id: string, after?: string) => http.get<w.Page<GiftSent>>(`/v1/lives/${e(id)}/gifts`, { after }),
  frames: (id: string, after: number) => http.get<FrameList>(`/v1/lives/${e(id)}/frames`, { after }),
  comment: (id: string, text: string) => http.post<unknown>(`/v1/lives/${e(id)}/comments`, { text }),
  like: (id: string, count: number) => http.post<unknown>(`/v1/lives/${e(id)}/likes`, { count }),
  share: (id: string) => http.post<unknown>(`/v1/lives/${e(id)}/shares`),
  thank: (id: string, whom: { gift_ids?: string[]; top?: number }) => http.post<{ count: number }>(`/v1/lives/${e(id)}/thanks`, whom),
  moderate: (id: string, order: { action: w.Moderation; account?: string; comment_id?: string; seconds?: number }) =>
    http.post<unknown>(`/v1/lives/${e(id)}/moderation`, order),
  ofCreator: (username: string, status: w.LiveStatus, cursor?: string) =>
    http.get<w.Page<w.Live>>('/v1/lives', { status, creator: username, cursor }),
  give: (id: string, order: GiftOrder) => http.post<w.Receipt>(`/v1/lives/${e(id)}/gifts`, order),
};

export const catalog = {
  gifts: () => http.get<w.Catalog>('/v1/catalog/gifts'),
  quote: (gift_id: string, count: number) =>
    http.get<w.GiftQuote>(`/v1/catalog/gifts/${e(gift_id)}/quote`, { count }),
  bundles: () => http.get<w.Bundles>('/v1/catalog/bundles', { channel: 'web' }),
  providers: () => http.get<{ items: w.Seller[] }>('/v1/catalog/providers', { channel: 'web' }),
  bundleQuote: (coins: number) => http.get<w.BundleQuote>('/v1/catalog/bundles/quote', { coins, channel: 'web' }),
};

export type PurchaseOrder = { id: string; provider: string; return_url?: string; expected_price?: w.Money } & ({ bundle_id: string } | { coins: number });

export const money = {
  wallet: () => http.get<w.Wallet>('/v1/me/wallet'),
  entries: (cursor?: string) => http.get<w.Page<w.WalletEntry>>('/v1/me/wallet/entries', { cursor }),
  buy: (order: PurchaseOrder) => http.post<w.Purchase>('/v1/purchases', { channel: 'web', ...order }),
  purchases: (cursor?: string) => http.get<w.Page<w.Purchase>>('/v1/purchases', { cursor }),
  purchase: (id: string) => http.get<w.Purchase>(`/v1/purchases/${e(id)}`),
  leave: (id: string) => http.post<w.Purchase>(`/v1/purchases/${e(id)}/cancel`),
  purchaseReceipt: (id: string) => http.get<PurchaseReceipt>(`/v1/purchases/${e(id)}/receipt`),
  consent: () => http.get<w.PurchaseConsent>('/v1/me/purchase-consent'),
  setConsent: (consented: boolean) => http.put<w.PurchaseConsent>('/v1/me/purchase-consent', { consented }),
  diamonds: () => http.get<w.Diamonds>('/v1/me/diamonds'),
  sent: (cursor?: string) => http.get<w.Page<w.GiftRecord>>('/v1/me/gifts/sent', { cursor }),
  received: (cursor?: string) => http.get<w.Page<w.GiftRecord>>('/v1/me/gifts/received', { cursor }),
  receipt: (number: string) => http.get<w.GiftRecord>(`/v1/receipts/${e(number)}`),
  proof: (number: string) => http.get<unknown>(`/v1/receipts/${e(number)}/proof`),
};
