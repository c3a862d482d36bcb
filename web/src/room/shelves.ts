/** Which gifts stand under which tab of the sheet. */
import type { Gift } from '../api';

export type Shelf = 'popular' | 'new' | 'big' | 'mine';

/** What is given most here first; then the house's order, by price, without those for the stage. */
export function popular(gifts: readonly Gift[], given: Readonly<Record<string, number>>): Gift[] {
  const times = (gift: Gift) => given[gift.id] ?? 0;
  return gifts.filter((gift) => gift.tier !== 'big').sort((a, b) => times(b) - times(a) || a.coins - b.coins);
}

export function shelf(which: Shelf, gifts: readonly Gift[], given: Readonly<Record<string, number>>, mine: readonly string[]): Gift[] {
  switch (which) {
    case 'popular':
      return popular(gifts, given);
    case 'new':
      return gifts.filter((gift) => !mine.includes(gift.id)).sort((a, b) => a.coins - b.coins);
    case 'big':
      return gifts.filter((gift) => gift.tier === 'big').sort((a, b) => a.coins - b.coins);
    case 'mine':
      return mine.map((id) => gifts.find((gift) => gift.id === id)).filter((gift): gift is Gift => gift !== undefined);
  }
}
