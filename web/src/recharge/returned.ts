/** Coming back from a bank's or a provider's page: what was being bought, and for which gift. */
export interface Returned {
  purchase: string;
  gift: string | null;
  count: number;
  needed: number;
  /** Stripe says that it did not go through; its secret lets it say why. */
  failed: boolean;
  /** The buyer left the provider's page without paying. */
  canceled: boolean;
  secret: string | null;
}

/** The gift that is chosen in a room, to come back to. */
export interface Chosen {
  gift: string;
  count: number;
}

const OURS = ['purchase', 'canceled', 'gift', 'count', 'needed'];
// What Stripe and PayPal add to an address of ours.
const THEIRS = ['payment_intent', 'payment_intent_client_secret', 'redirect_status', 'source_type', 'token', 'PayerID', 'ba_token'];

/** This page's address with a mark of what is bought; `purchase` is left out where the provider adds it. */
export function backAddress(here: string, { purchase, chosen, needed }: { purchase?: string; chosen: Chosen | null; needed: number }): string {
  const url = new URL(here);
  for (const name of [...OURS, ...THEIRS]) url.searchParams.delete(name);
  url.hash = '';
  if (purchase) url.searchParams.set('purchase', purchase);
  if (chosen) {
    url.searchParams.set('gift', chosen.gift);
    url.searchParams.set('count', String(chosen.count));
  }
  if (needed > 0) url.searchParams.set('needed', String(needed));
  return url.href;
}

/** What an address says of a payment that its reader comes back from. */
export function readReturn(here: string): Returned | null {
  const params = new URL(here).searchParams;
  const purchase = params.get('purchase');
  if (!purchase) return null;
  const whole = (name: string) => Math.max(0, Math.floor(Number(params.get(name)) || 0));
  return {
    purchase, gift: params.get('gift'), count: whole('count') || 1, needed: whole('needed'),
    failed: params.get('redirect_status') === 'failed', canceled: params.get('canceled') === '1', secret: params.get('payment_intent_client_secret'),
  };
}

/** The same, once: the address forgets it, so that a reload does not come back again. */
export function takeReturn(): Returned | null {
  const found = readReturn(location.href);
  if (found) history.replaceState(history.state, '', backAddress(location.href, { chosen: null, needed: 0 }));
  return found;
}
