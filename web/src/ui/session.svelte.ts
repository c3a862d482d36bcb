/** Who is here and what they hold: one answer for the whole page. */
import { accounts, ApiProblem, money, type Account, type Wallet } from '../api';

interface Session {
  /** undefined: not known yet; null: a guest. */
  account: Account | null | undefined;
  wallet: Wallet | null;
  /** Notifications that were not seen; a hundred is that many or more. `./unread` asks. */
  unread: number;
}

export const session = $state<Session>({ account: undefined, wallet: null, unread: 0 });

/** Asks once who is here; a guest is an answer, not an error. */
export async function loadSession(): Promise<Account | null> {
  if (!document.cookie.includes('largesse_csrf=')) return (session.account = null); // signing in sets it
  try {
    session.account = await accounts.me();
  } catch (problem) {
    if (!(problem instanceof ApiProblem) || problem.status !== 401) {
      session.account ??= null;
      if (!(problem instanceof ApiProblem)) throw problem;
      return session.account;
    }
    session.account = null;
  }
  if (session.account && session.account.age === 'adult') await loadWallet();
  return session.account;
}

export async function loadWallet(): Promise<Wallet | null> {
  try {
    session.wallet = await money.wallet();
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
  }
  return session.wallet;
}

/** Takes over a balance that the server told, as in a receipt. */
export function noteBalance(coins: number): void {
  if (session.wallet) session.wallet.coins = coins;
}

/** The address of the sign-in page that comes back here. */
export function signInHref(): string {
  return `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
}

/** Where to go after signing in: a path of this site only. */
export function nextPath(otherwise = '/'): string {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  return /^\/(?![/\\])/.test(next) ? next : otherwise;
}

export async function signOut(): Promise<void> {
  await accounts.signOut();
  location.assign('/');
}
