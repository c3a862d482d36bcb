/** The wire: api.md's shapes as TypeScript. Coins are whole, diamonds milli, money in minor units. */
import type { Ingest, Playback, Signal } from './media';
import type { ExchangeRate } from './payouts';

export interface Money {
  minor: number;
  currency: string;
}

export interface Person {
  id: string;
  username: string;
  display_name: string;
  badge: { level: number } | null;
}

export type Role = 'creator' | 'support' | 'moderator' | 'finance' | 'admin';

export interface Account extends Person {
  roles: Role[];
  age: 'adult' | 'minor';
  country: string;
  /** Its mail is written in it; null where nobody said. */
  language: string | null;
  email: string;
  email_verified: boolean;
  badge_hidden?: boolean;
  /** Whether signing in asks for a code too. */
  second_factor: boolean;
  created_at: string;
}

/** What an authenticator is given, shown once. `path` draws the dark modules of a QR code `modules` wide and high. */
export interface Enrolment {
  secret: string;
  uri: string;
  qr: { modules: number; path: string };
}

/** One's own level, shown or not: coins that were bought and given by name. Level n asks for `levels[n - 1]`. */
export interface Gifter {
  level: number;
  coins: number;
  next_coins: number | null;
  levels: number[];
  hidden: boolean;
}

export interface SignedIn {
  account: Account;
  token: string;
  expires_at: string;
}

export interface Profile extends Person {
  creator?: boolean;
  simulated?: boolean;
  followers?: number;
  following?: number;
  you_follow?: boolean | null;
}

export interface DeviceSession {
  id: string;
  /** The browser's own words for itself. */
  device: string;
  address: string | null;
  created_at: string;
  seen_at: string;
  expires_at: string | null;
  current: boolean;
}

/** A platform with viewers of its own, whose server may act for people who agreed. */
export interface Host {
  id: string;
  name: string;
}

export interface HostLink {
  host: Host;
  host_user: string;
  since: string;
}

export interface HostCode {
  code: string;
  host: Host;
  expires_at: string;
}

export interface Terms {
  document: 'service' | 'coins' | 'creator';
  version: number;
  effective_at: string;
  body: string;
}

export type Moderation = 'mute' | 'unmute' | 'ban' | 'unban' | 'hide';

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type Visibility = 'public' | 'followers' | 'unlisted';

export type LiveStatus = 'scheduled' | 'live' | 'ended';

export interface Live {
  id: string;
  title: string;
  description: string | null;
  status: LiveStatus;
  gifts_enabled: boolean;
  scheduled_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  cover: string | null;
  /** Whom lists show it to, and who may see it; `unlisted`: whoever has its address. */
  visibility: Visibility;
  /** Its latest still picture. */
  poster: string | null;
  /** After the end: whether there is something to watch. */
  replay: 'none' | 'making' | 'ready' | 'deleted' | null;
  creator: Person;
  viewers: number;
  likes: number;
  gifts: number;
  gifters: number;
  coins: number;
  /** Its crowd is simulated, as in a demo. */
  simulated?: boolean;
  you_follow: boolean | null;
  signal: Signal;
  ingest: Ingest | null;
  playback: Playback | null;
}

export interface Totals {
  viewers: number;
  likes: number;
  gifts: number;
  gifters: number;
  coins: number;
  diamonds_milli?: number;
}

export interface Rank {
  rank: number;
  account: Person;
  coins: number;
}

export type Recipe = 'bloom' | 'drop' | 'build' | 'spin' | 'rise';
export type Tier = 'small' | 'mid' | 'big';

export interface Gift {
  id: string;
  name: string;
  coins: number;
  diamonds_milli: number;
  price: Money;
  tier: Tier;
  streakable: boolean;
  art: { still: string; recipe: Recipe; accent: string };
}

export interface Catalog {
  items: Gift[];
  version: number | string;
}

export interface QuoteLine {
  kind: 'tax' | 'channel_fee' | 'platform' | 'creator';
  amount: Money;
}

export interface GiftQuote {
  gift_id: string;
  count: number;
  coins: number;
  price: Money;
  /** They sum to `price`. */
  lines: QuoteLine[];
  diamonds_milli: number;
  share_bps: number;
  diamond_value_micros: number;
  policy_id: string;
  promo?: { coins: number; diamonds_milli: number };
}

export interface Bundle {
  id: string;
  coins: number;
  /** What is paid: net and tax. */
  price: Money;
  net: Money;
  tax: Money;
  saving_bps: number;
  product_id?: string;
}

export interface Bundles {
  items: Bundle[];
  custom_amount: { coins_min: number; coins_max: number };
  currency: string;
  tax: { included: boolean; rate_bps: number };
}

export interface BundleQuote {
  coins: number;
  price: Money;
  net: Money;
  tax: Money;
  tax_included: boolean;
  saving_bps: number;
}

/** Whether the App Store may be told how much of a purchase was spent, and since when. */
export interface PurchaseConsent {
  consented: boolean;
  at: string | null;
}

/** A provider that takes orders; `next` is how an order goes on: paid at once, by a form of Stripe's, on another page. */
export interface Seller {
  name: string;
  next: 'none' | 'client_secret' | 'redirect';
  js_url?: string;
  publishable_key?: string;
}

export interface Purchase {
  id: string;
  status: string;
  coins: number;
  bundle_id?: string | null;
  /** What is paid; `tax` is in it. */
  price: Money;
  tax: Money;
  tax_included: boolean;
  provider: string;
  channel: string;
  created_at: string;
  /** Until when unspent coins can go back, where the buyer has that right; and what could go back now. */
  withdrawable_until: string | null;
  withdrawable_coins: number;
  withdrawable: Money;
  next: { type: 'none' | 'client_secret' | 'redirect'; url?: string; client_secret?: string };
  history: { status: string; at: string; reason?: string }[];
  /** There once the coins are. */
  receipt?: { number: string; issued_at: string; net: Money; tax: Money; total: Money; tax_included: boolean } | null;
}

export interface Wallet {
  coins: number;
  coins_paid: number;
  coins_promo: number;
  debt: number;
  frozen: boolean;
  limits: {
    give?: Record<string, number | null>;
    buy?: Record<string, Money | number | null>;
  };
  spent: { give?: { day?: number; week?: number; month?: number } };
  rests_until?: string | null;
  daily_max: number;
}

/** A limit of one's own: what holds now, and what comes at `next_at` unless that is null. */
export interface CoinLimit {
  coins: number | null;
  next_coins: number | null;
  next_at: string | null;
}

export interface MoneyLimit {
  money: Money | null;
  next_money: Money | null;
  next_at: string | null;
}

export interface Rest {
  kind: 'cool_off' | 'exclusion';
  since: string;
  until: string;
}

export interface Limits {
  give: Record<'day' | 'week' | 'month' | 'per_gift', CoinLimit>;
  buy: Record<'day' | 'week' | 'month', MoneyLimit>;
  rest: Rest | null;
}

export interface WalletEntry {
  at: string;
  /** `gift`, or a transfer's kind: `purchase`, `grant`, `adjustment`, `refund`, `restored`, `dispute`, `chargeback`, `won`. */
  kind: string;
  /** Signed: positive came in. */
  coins: number;
  /** How many coins more are owed, signed. */
  debt: number;
  /** Spent coins that were taken back (negative where they came back), and how many of them came out of gifts. */
  clawed: number;
  reversed: number;
  about: { gift_id?: string; count?: number; receipt?: string; receiver?: string; given_by?: string; source?: string; campaign?: string };
  balance: number | null;
}

export interface Receipt {
  id: string;
  gift_id: string;
  count: number;
  coins: number;
  coins_promo: number;
  diamonds_milli: number;
  policy_id: string;
  context: 'live' | 'after_live' | 'video';
  sender: Person | null;
  receiver: Person;
  happened_at: string;
  balance: { coins: number };
  /** The number of the receipt, "batch.leaf". */
  receipt: string;
  proof_url: string;
}

export interface GiftRecord {
  id: string;
  gift_id: string;
  name: string;
  count: number;
  coins: number;
  coins_promo: number;
  diamonds_milli: number;
  policy_id: string;
  context: 'live' | 'after_live' | 'video';
  live: { id: string; title: string } | null;
  sender: Person | null;
  receiver: Person | null;
  happened_at: string;
  recorded_at: string;
  receipt: string;
  proof_url: string;
  message: string | null;
  /** The program that gave it, told to the giver alone. */
  given_by: string | null;
}

export interface Policy {
  id: string;
  share_bps: number;
  diamond_value_micros: number;
  hold_days: number;
  effective_at: string;
  announced_at?: string;
}

/** A creator's own last days by the policy in force, and as they would be by the next. */
export interface PolicyDifference {
  days: number;
  now_milli: number;
  next_milli: number;
  now_value: Money;
  next_value: Money;
}

export interface Diamonds {
  pending_milli: number;
  available_milli: number;
  held_milli: number;
  reserved_milli: number;
  paid_milli: number;
  owed_milli: number;
  lifetime_milli: number;
  estimated_value: Money;
  /** In the currency of the newest payout method. */
  estimated_local: { value: Money; rate: ExchangeRate } | null;
  releases: { date: string; milli: number }[];
  policy: Policy;
  next_policy?: (Policy & { difference?: PolicyDifference }) | null;
}
