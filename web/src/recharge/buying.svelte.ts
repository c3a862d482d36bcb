/** Buying coins: one purchase, one id, however often it has to be asked; paid at once, by a form, or on another page. */
import { accounts, ApiProblem, catalog, http, money as wallets, uuid7, type Purchase, type PurchaseOrder, type Seller } from '../api';
import { dateTime, t, tCode } from '../i18n';
import { loadWallet } from '../ui';
import type { Choice } from './choice';
import { backAddress, type Chosen, type Returned } from './returned';
import { loadStripe, saidToBuyer } from './stripe';

const RETRY_MS = [500, 1_500, 3_000, 6_000];
const LOOK_MS = 1_000;
const LOOK_MS_MAX = 5_000;
const NOT_PAID = new Set(['failed', 'canceled', 'expired']);

export class Buying {
  busy = $state(false);
  /** Set when the terms have to be accepted first. */
  terms_needed = $state(false);
  problem = $state('');
  done = $state.raw<Purchase | null>(null);
  sellers = $state.raw<Seller[]>([]);
  /** Nobody sells in the buyer's country, or here at all. */
  closed = $state(false);
  /** The seller's name that the buyer chose. */
  chosen = $state('');
  /** An order that the buyer pays by a form. */
  ordered = $state.raw<Purchase | null>(null);
  /** A purchase that is paid, or may be, and whose coins are not here yet. */
  waiting = $state.raw<Purchase | null>(null);
  /** The buyer came back without having paid. */
  left = $state(false);
  #id: string | null = null;
  #for = '';
  #looks = 0;

  get seller(): Seller | undefined {
    return this.sellers.find(({ name }) => name === this.chosen) ?? this.sellers[0];
  }

  reset(): void {
    this.problem = '';
    this.left = false;
    this.done = this.ordered = this.waiting = null;
    this.#id = null;
    this.#looks += 1;
    void this.#loadSellers();
  }

  /** Buys what is chosen; true when the coins are there. An order that is to be paid stands in `ordered`. */
  async buy(choice: Choice, accept_terms: boolean, chosen: Chosen | null = null, needed = 0): Promise<boolean> {
    this.busy = true;
    this.problem = '';
    this.left = false;
    try {
      if (accept_terms) await acceptTerms();
      await this.#loadSellers();
      const seller = this.seller;
      if (!seller) throw new ApiProblem(404, { code: this.closed ? 'not-in-region' : 'not-configured' });
      const what = `${seller.name} ${choice.bundle_id ?? choice.coins}`;
      if (this.#for !== what || this.#id === null) {
        this.#for = what;
        this.#id = uuid7();
      }
      const bought = choice.bundle_id ? { bundle_id: choice.bundle_id } : { coins: choice.coins };
      const return_url = seller.next === 'redirect' ? { return_url: backAddress(location.href, { chosen, needed }) } : {};
      const made = await this.#order({ id: this.#id, provider: seller.name, expected_price: choice.price, ...bought, ...return_url });
      this.terms_needed = false;
      return await this.#goOn(made);
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      if (problem.code === 'terms-not-accepted') this.terms_needed = true;
      else this.problem = refusalOf(problem);
      if (!problem.unknownOutcome) this.#id = null;
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Goes on with an order that was not paid; true when the coins are there. */
  async resume(purchase: Purchase): Promise<boolean> {
    this.reset();
    this.chosen = purchase.provider;
    this.busy = true;
    try {
      await this.#loadSellers();
      const bought = purchase.bundle_id ? { bundle_id: purchase.bundle_id } : { coins: purchase.coins };
      return await this.#goOn(await this.#order({ id: purchase.id, provider: purchase.provider, ...bought }));
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      this.problem = refusalOf(problem);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Pays the order by its form: `confirm` answers why not, or nothing. True when the coins are there. */
  async pay(confirm: (back: string) => Promise<string>, chosen: Chosen | null = null, needed = 0): Promise<boolean> {
    const ordered = this.ordered;
    if (!ordered) return false;
    this.busy = true;
    this.problem = '';
    try {
      this.problem = await confirm(backAddress(location.href, { purchase: ordered.id, chosen, needed }));
    } finally {
      this.busy = false;
    }
    if (this.problem) return false;
    this.ordered = null;
    return this.watch(ordered.id, { ...ordered, status: 'paid' });
  }

  /** Comes back from a bank's or a provider's page; true when the coins are there. */
  async comeBack(returned: Returned): Promise<boolean> {
    await this.#loadSellers();
    if (returned.canceled && (await this.#leave(returned.purchase))) return false;
    if (!returned.failed) return this.watch(returned.purchase);
    this.problem = (await this.#why(returned)) || t('recharge.declined');
    return false;
  }

  /** Looks at a purchase until its coins are there (true), or until they will not come (false). */
  async watch(id: string, known: Purchase | null = null): Promise<boolean> {
    const look = (this.#looks += 1);
    this.waiting = known;
    for (let tries = 0; look === this.#looks; tries += 1) {
      const found = await wallets.purchase(id).catch((problem: unknown) => {
        if (problem instanceof ApiProblem && (problem.status === 404 || problem.status === 401)) return null;
        return this.waiting; // no answer now says nothing of the purchase
      });
      if (look !== this.#looks) return false;
      if (found?.receipt) return this.#granted(found);
      if (!found || NOT_PAID.has(found.status) || found.status === 'mismatch') {
        this.waiting = null;
        this.problem = found?.status === 'mismatch' ? t('recharge.apart') : tCode('declined', found?.history.at(-1)?.reason || 'unpaid', t('recharge.unpaid'));
        return false;
      }
      if (!(known && found.status === 'awaiting_payment')) this.waiting = found; // Stripe told the page before it told us
      await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS + 100 * tries, LOOK_MS_MAX)));
    }
    return false;
  }

  /** Leaves an order whose buyer went back; false where it is paid all the same, or nobody can say. */
  async #leave(id: string): Promise<boolean> {
    const found = await wallets.leave(id).catch((problem: unknown) => {
      if (problem instanceof ApiProblem) return null;
      throw problem;
    });
    this.left = found !== null && NOT_PAID.has(found.status);
    return this.left;
  }

  async #goOn(made: Purchase): Promise<boolean> {
    if (made.receipt) return this.#granted(made);
    if (made.next.type === 'redirect' && made.next.url) {
      location.assign(made.next.url);
      return false;
    }
    if (made.next.type === 'client_secret') {
      this.ordered = made;
      return false;
    }
    return this.watch(made.id, made);
  }

  async #granted(purchase: Purchase): Promise<boolean> {
    this.ordered = this.waiting = null;
    this.done = purchase;
    this.#id = null;
    await loadWallet();
    return true;
  }

  /** Stripe's own sentence about why a payment did not go through. */
  async #why({ secret }: Returned): Promise<string> {
    const stripe = this.sellers.find(({ name }) => name === 'stripe');
    if (!secret || !stripe?.js_url || !stripe.publishable_key) return '';
    try {
      const found = await (await loadStripe(stripe.js_url, stripe.publishable_key)).retrievePaymentIntent?.(secret);
      return saidToBuyer(found?.paymentIntent?.last_payment_error);
    } catch {
      return '';
    }
  }

  async #loadSellers(): Promise<void> {
    if (this.sellers.length > 0) return;
    try {
      this.sellers = (await catalog.providers()).items;
      this.closed = this.sellers.length === 0;
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
    }
  }

  async #order(order: PurchaseOrder): Promise<Purchase> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await wallets.buy(order);
      } catch (problem) {
        if (!(problem instanceof ApiProblem) || !problem.unknownOutcome || tries >= RETRY_MS.length) throw problem;
        this.problem = t('recharge.asking_again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[tries]!));
      }
    }
  }
}

/** Why nothing was bought, in the reader's words. */
export function refusalOf({ code, message, members }: ApiProblem): string {
  const resets = members['resets_at'] ?? members['until'];
  const reason = members['reason'];
  if (code === 'payment-refused' && typeof reason === 'string') return tCode('declined', reason, t('unbought.payment-refused'));
  return tCode('unbought', code, message, { time: typeof resets === 'string' ? dateTime(resets, 'short') : '' });
}

/** Accepts the version of the coins' terms that is in force. */
async function acceptTerms(): Promise<void> {
  const { items } = await accounts.terms();
  const terms = items.find(({ document }) => document === 'coins');
  if (terms) await http.post('/v1/me/terms', { document: terms.document, version: terms.version });
}
