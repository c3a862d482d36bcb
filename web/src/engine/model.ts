/** What the engine is told: gifts with their art, and who gave them. It knows no API and no framework. */

export interface EngineGift {
  id: string;
  name: string;
  /** The price of one, in coins. */
  coins: number;
  tier: 'small' | 'mid' | 'big';
  art: { still: string; recipe: 'bloom' | 'drop' | 'build' | 'spin' | 'rise'; accent: string };
}

export interface Giver {
  id: string;
  name: string;
}

export interface Showing {
  /** The gift's own id: shown once, however often it arrives. */
  id: string;
  gift: EngineGift;
  /** Null for an anonymous one. */
  giver: Giver | null;
  count: number;
  /** Coins in all. */
  coins: number;
  combo_id: string | null;
  /** Given by this very viewer: goes first, and is drawn before the server answers. */
  own: boolean;
}

/** What is merged on screen: one sender's one gift; anonymous gifts only within a combo. */
export function mergeKey(showing: Pick<Showing, 'id' | 'gift' | 'giver' | 'combo_id'>): string {
  const who = showing.giver?.id ?? `anonymous:${showing.combo_id ?? showing.id}`;
  return `${who}|${showing.gift.id}`;
}

export type Effects = 'off' | 'calm' | 'full';
