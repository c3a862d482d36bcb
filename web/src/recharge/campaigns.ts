/** Campaigns that run for whoever is signed in. Here and not with the other calls: only what opens on demand asks. */
import { http, uuid7 } from '../api';
import { loadWallet } from '../ui';

export interface Running {
  items: { id: string; name: string; trigger: 'first_purchase' | 'email_verified'; coins: number; until: string }[];
  /** Whether any campaign takes a code now. */
  codes: boolean;
  /** What creators earn of promotional coins: diamonds per coin x 10,000. */
  promo_share_bps: number;
}

export interface Granted {
  id: string;
  campaign: string;
  coins: number;
}

const SOON_MS = 4_000;
let owed = false;

export async function running(): Promise<Running> {
  const found = await http.get<Running>('/v1/me/campaigns');
  owed = found.items.some(({ trigger }) => trigger === 'first_purchase');
  return found;
}

/** After a purchase: what a campaign grants for a first one arrives by itself in a moment, and shows in the wallet then. */
export function bought(): void {
  if (owed) setTimeout(() => void loadWallet(), SOON_MS);
  owed = false;
}

let asked = { code: '', id: '' };

/** Enters a code; the same code again, where no answer came, is the same grant. */
export async function enterCode(code: string): Promise<Granted> {
  if (asked.code !== code) asked = { code, id: uuid7() };
  const granted = await http.post<Granted>('/v1/me/campaign-codes', asked);
  asked = { code: '', id: '' };
  return granted;
}
