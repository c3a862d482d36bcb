/** A video as its page shows it: what it is, who gave, what is said; and the place where gifts are given. */
import { accounts, ApiProblem, catalog, type Gift, type GiftOrder, type Profile, type Rank, type Receipt } from '../api';
import { videos, type Video } from '../api/videos';
import type { GiftEngine } from '../engine';
import type { GivingPlace } from '../room/giving.svelte';
import { session } from '../ui';

/** Totals and rankings are read again so long after a gift of one's own. */
const AGAIN_MS = 1_500;

export class Watched implements GivingPlace {
  readonly id: string;
  video = $state.raw<Video | null>(null);
  failure = $state.raw<ApiProblem | null>(null);
  gifts = $state.raw<Gift[]>([]);
  top = $state.raw<Rank[]>([]);
  banned = $state(false);
  following = $state(false);
  engine: GiftEngine | null = null;
  readonly popularity: Record<string, number> = {};
  #byId = new Map<string, Gift>();
  #again = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** One's own video, in whatever state it is. */
  get mine(): boolean {
    return this.video !== null && session.account?.id === this.video.creator.id;
  }

  get open(): boolean {
    return this.video?.status === 'published';
  }

  /** Throws nothing: `failure` says what went wrong. */
  async load(): Promise<void> {
    this.failure = null;
    try {
      this.video = await videos.get(this.id);
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      this.failure = problem;
      return;
    }
    await Promise.all([this.#extra(() => this.reloadCatalog()), this.#extra(() => this.#loadTop()), this.#extra(() => this.#loadFollowing())]);
  }

  gift(id: string): Gift | undefined {
    return this.#byId.get(id);
  }

  async reloadCatalog(): Promise<void> {
    const { items } = await catalog.gifts();
    this.#byId = new Map(items.map((gift) => [gift.id, gift]));
    this.gifts = items;
  }

  async give(order: GiftOrder): Promise<Receipt> {
    const receipt = await videos.give(this.id, order);
    this.popularity[order.gift_id] = (this.popularity[order.gift_id] ?? 0) + 1;
    clearTimeout(this.#again);
    this.#again = window.setTimeout(() => void Promise.all([this.#extra(() => this.refresh()), this.#extra(() => this.#loadTop())]), AGAIN_MS);
    return receipt;
  }

  async refresh(): Promise<void> {
    this.video = await videos.get(this.id);
  }

  change(changes: Partial<Video>): void {
    if (this.video) this.video = { ...this.video, ...changes };
  }

  async #loadTop(): Promise<void> {
    if (this.open) this.top = (await videos.topGifters(this.id)).items;
  }

  async #loadFollowing(): Promise<void> {
    const profile: Profile = await accounts.profile(this.video!.creator.username);
    this.following = profile.you_follow === true;
  }

  /** What the picture does without. */
  async #extra(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
    }
  }
}
