/** Buying coins: one purchase, one id, however often it has to be asked. */
import { accounts, ApiProblem, http, money as wallets, uuid7, type Purchase } from '../api';
import { dateTime, t, tCode } from '../i18n';
import { loadWallet } from '../ui';
import type { Choice } from './choice';

const RETRY_MS = [500, 1_500, 3_000, 6_000];

export class Buying {
  busy = $state(false);
  /** Set when the terms have to be accepted first. */
  terms_needed = $state(false);
  problem = $state('');
  done = $state.raw<Purchase | null>(null);
  #id: string | null = null;
  #for = '';

  reset(): void {
    this.problem = '';
    this.done = null;
    this.#id = null;
  }

  /** Buys what is chosen; true when the coins are there. */
  async buy(choice: Choice, accept_terms: boolean): Promise<boolean> {
    const what = choice.bundle_id ?? String(choice.coins);
    if (this.#for !== what || this.#id === null) {
      this.#for = what;
      this.#id = uuid7();
    }
    this.busy = true;
    this.problem = '';
    try {
      if (accept_terms) await acceptTerms();
      this.done = await this.#order(choice, this.#id);
      this.terms_needed = false;
      this.#id = null;
      await loadWallet();
      return true;
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

  async #order(choice: Choice, id: string): Promise<Purchase> {
    const order = choice.bundle_id ? { bundle_id: choice.bundle_id } : { coins: choice.coins };
    for (let tries = 0; ; tries += 1) {
      try {
        return await wallets.buy({ id, provider: 'sandbox', ...order });
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
  const resets = members['resets_at'];
  return tCode('unbought', code, message, { time: typeof resets === 'string' ? dateTime(resets, 'short') : '' });
}

/** Accepts the version of the coins' terms that is in force. */
async function acceptTerms(): Promise<void> {
  const { items } = await accounts.terms();
  const terms = items.find(({ document }) => document === 'coins');
  if (terms) await http.post('/v1/me/terms', { document: terms.document, version: terms.version });
}
