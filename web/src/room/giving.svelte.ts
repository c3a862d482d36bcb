/** Giving: what is chosen, what is on its way, what came of it. Coins shown are the wallet's less what is on its way. */
import { ApiProblem, http, prefixed, uuid7, type Gift, type GiftOrder, type GiftRecord, type Person, type Receipt } from '../api';
import type { GiftEngine, Showing } from '../engine';
import { dateTime, giftName, money, number, t } from '../i18n';
import { loadWallet, noteBalance, session, signInHref, toast } from '../ui';
import { Outbox } from './outbox';
import { sayRefused } from './refused';
import { Combo, COMBO_MS, type Batch } from './taps';

const RETRY_MS = [400, 1_000, 2_000, 4_000, 8_000];
/** After a reload an older order is asked about, not sent again. */
const RESEND_MS_MAX = 120_000;
const MINE_KEY = 'largesse.mine';
const MINE_MAX = 12;

/** Where gifts are given: the room of a LIVE, the page of a video. */
export interface GivingPlace {
  readonly id: string;
  readonly gifts: Gift[];
  /** How often each gift was given here, as far as this page saw. */
  readonly popularity: Record<string, number>;
  engine: GiftEngine | null;
  banned: boolean;
  gift(id: string): Gift | undefined;
  reloadCatalog(): Promise<void>;
  give(order: GiftOrder): Promise<Receipt>;
}

export class Giving {
  open = $state(false);
  chosen = $state<string>('rose');
  count = $state(1);
  message = $state('');
  anonymous = $state(false);
  /** The creator and guests who can be given to, where there are any; the id of the chosen guest, empty is the creator. */
  receivers = $state.raw<Person[]>([]);
  to = $state('');
  /** Coins of orders that have no answer yet. */
  on_its_way = $state(0);
  /** True while an order is repeated because no answer came. */
  waiting = $state(false);
  recharge = $state<{ open: boolean; needed: number }>({ open: false, needed: 0 });
  combo = $state.raw<{ gift: Gift; total: number; taps: number; quantity: number } | null>(null);
  mine = $state.raw<string[]>(readMine());
  /** What one of the viewer's next coins costs, in minor units with their fraction, as the last quote said. */
  coin_minor = $state<number | null>(null);
  readonly combo_ms = COMBO_MS;
  #room: GivingPlace;
  #outbox = new Outbox();
  #combo: Combo | null = null;
  #comboMessage = { message: '', anonymous: false, to: '' };
  #receipt: Receipt | null = null;
  #refused = false;

  constructor(room: GivingPlace) {
    this.#room = room;
  }

  get gift(): Gift | undefined {
    return this.#room.gift(this.chosen) ?? this.#room.gifts[0];
  }

  get quantity(): number {
    return this.gift?.streakable ? Math.min(999, Math.max(1, Math.floor(this.count) || 1)) : 1;
  }

  get cost(): number {
    return (this.gift?.coins ?? 0) * this.quantity;
  }

  /** Coins that can still be given, or null while the wallet is not known. */
  get balance(): number | null {
    return session.wallet ? Math.max(0, session.wallet.coins - this.on_its_way) : null;
  }

  /** How many coins are missing for what is chosen. */
  get short(): number {
    return this.balance === null ? 0 : Math.max(0, this.cost - this.balance);
  }

  choose(gift: Gift): void {
    if (gift.id !== this.chosen) this.count = 1;
    this.chosen = gift.id;
  }

  /** Sends what is chosen; short of coins it opens the recharge sheet instead. */
  send(): void {
    const gift = this.gift;
    if (!gift) return;
    if (!session.account) {
      location.assign(signInHref());
      return;
    }
    if (this.short > 0) {
      this.recharge = { open: true, needed: this.short };
      return;
    }
    if (this.#combo && (this.combo?.gift.id !== gift.id || !gift.streakable || this.#comboMessage.to !== this.to)) this.#combo.end();
    this.#begin(gift, this.quantity);
  }

  /** One more tap on the combo button. */
  again(): void {
    const running = this.combo;
    if (!running || !this.#combo) return;
    const cost = running.gift.coins * running.quantity;
    if (this.balance !== null && this.balance < cost) {
      this.#combo.end();
      this.recharge = { open: true, needed: cost - this.balance };
      return;
    }
    this.#begin(running.gift, running.quantity);
  }

  /** Asks again for orders that a reload or a crash left without an answer. */
  async resume(): Promise<void> {
    for (const { live_id, account_id, order, at_ms } of this.#outbox.list()) {
      if (live_id !== this.#room.id || account_id !== session.account?.id) continue;
      const gift = this.#room.gift(order.gift_id);
      if (gift && Date.now() - at_ms < RESEND_MS_MAX) await this.#deliver(gift, order);
      else await this.#ask(order);
    }
  }

  #begin(gift: Gift, quantity: number): void {
    if (!this.#combo || this.#combo.over) {
      this.#comboMessage = { message: this.message.trim(), anonymous: this.anonymous, to: this.to };
      this.#receipt = null;
      this.#refused = false;
      const combo: Combo = new Combo(() => prefixed('gift', uuid7()), (batch) => this.#order(gift, batch), () => this.#ended(combo, gift));
      this.#combo = combo;
      this.combo = null;
    }
    const batch = this.#combo.tap(quantity);
    if (!batch) return;
    this.on_its_way += gift.coins * quantity;
    this.combo = gift.streakable ? { gift, total: this.#combo.total, taps: (this.combo?.taps ?? 0) + 1, quantity } : null;
    this.#draw(gift, batch, quantity);
    if (!gift.streakable) this.#combo.end();
  }

  #draw(gift: Gift, batch: Readonly<Batch>, quantity: number): void {
    this.#room.engine?.own(this.#showing(gift, batch.id, batch.combo_id, quantity), batch.count);
  }

  #showing(gift: Gift, id: string, combo_id: string | null, count: number): Showing {
    const me = session.account;
    const giver = me && !this.#comboMessage.anonymous ? { id: me.id, name: me.display_name } : null;
    return { id, gift, giver, count, coins: gift.coins * count, combo_id, own: true };
  }

  async #order(gift: Gift, batch: Batch): Promise<void> {
    if (this.#refused) {
      this.#takeBack(gift, batch);
      return;
    }
    const { message, anonymous, to } = this.#comboMessage;
    this.#comboMessage = { message: '', anonymous, to };
    await this.#deliver(gift, {
      ...batch, gift_id: gift.id, expected_coins: gift.coins * batch.count,
      ...(message ? { message } : {}), ...(anonymous ? { anonymous } : {}), ...(to ? { to } : {}),
    });
  }

  /** Sends one order until it has an answer, always under the same id. */
  async #deliver(gift: Gift, order: GiftOrder): Promise<void> {
    this.#outbox.put({ live_id: this.#room.id, account_id: session.account!.id, order, at_ms: Date.now() });
    for (let tries = 0; ; tries += 1) {
      try {
        const receipt = await this.#room.give(order);
        this.#settled(gift, order, receipt);
        return;
      } catch (problem) {
        if (!(problem instanceof ApiProblem)) throw problem;
        if (!problem.unknownOutcome && problem.status !== 429) {
          this.#refuse(gift, order, problem);
          return;
        }
        this.waiting = true;
        const wait_ms = problem.retryAfterS ? problem.retryAfterS * 1_000 : RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]!;
        await until(wait_ms);
      }
    }
  }

  #settled(gift: Gift, order: GiftOrder, receipt: Receipt): void {
    this.waiting = false;
    this.#outbox.drop(order.id);
    this.#release(gift.coins * order.count);
    noteBalance(receipt.balance.coins);
    this.#receipt = receipt;
    this.mine = [gift.id, ...this.mine.filter((id) => id !== gift.id)].slice(0, MINE_MAX);
    localStorage.setItem(MINE_KEY, JSON.stringify(this.mine));
  }

  #refuse(gift: Gift, order: GiftOrder, problem: ApiProblem): void {
    this.waiting = false;
    this.#refused = true;
    this.#outbox.drop(order.id);
    this.#takeBack(gift, { id: order.id, combo_id: order.combo_id ?? '', count: order.count });
    this.#combo?.end();
    this.combo = null;
    if (problem.code === 'not-enough-coins') {
      void loadWallet();
      this.recharge = { open: true, needed: Math.max(1, problem.member('needed') - problem.member('available')) };
      return;
    }
    if (problem.status === 401) {
      location.assign(signInHref());
      return;
    }
    if (problem.code === 'price-changed' || problem.code === 'gift-retired') void this.#room.reloadCatalog();
    if (problem.code === 'banned-from-room') this.#room.banned = true;
    const resets = problem.members['resets_at'] ?? problem.members['until'];
    void sayRefused(problem, { time: typeof resets === 'string' ? dateTime(resets, 'short') : '' });
  }

  #takeBack(gift: Gift, batch: Batch): void {
    this.#release(gift.coins * batch.count);
    this.#room.engine?.retract(this.#showing(gift, batch.id, batch.combo_id, batch.count));
  }

  #release(coins: number): void {
    this.on_its_way = Math.max(0, this.on_its_way - coins);
  }

  #ended(combo: Combo, gift: Gift): void {
    if (this.#combo === combo) {
      this.#combo = null;
      this.combo = null;
      this.message = '';
    }
    const receipt = this.#receipt;
    if (!receipt || this.#refused) return;
    toast(sentWords(gift.name, combo.total), {
      tone: 'good', link: { href: `/receipt/${receipt.receipt}`, text: t('room.receipt') },
    });
  }

  async #ask(order: GiftOrder): Promise<void> {
    try {
      const gift = await http.get<GiftRecord>(`/v1/gifts/${order.id}`);
      toast(sentWords(gift.name, gift.count), { tone: 'good', link: { href: `/receipt/${gift.receipt}`, text: t('room.receipt') } });
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      if (problem.unknownOutcome) return;
      toast(t('room.never_sent'));
    }
    this.#outbox.drop(order.id);
  }
}

function sentWords(name: string, count: number): string {
  return t('room.sent', { gift: count > 1 ? `${giftName(name)} ×${number(count)}` : giftName(name) });
}

/** The words for a gift's price in money, for several of them: by what one's own next coins cost, where that is known. */
export function priceOf(gift: Gift, count: number, coin_minor: number | null = null): string {
  const one_minor = coin_minor === null ? gift.price.minor : gift.coins * coin_minor;
  return money({ minor: Math.round(one_minor * count), currency: gift.price.currency });
}

function readMine(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(MINE_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Waits, but not longer than until the network is back. */
function until(wait_ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, wait_ms);
    addEventListener('online', done);
  });
}
