/** What a creator earned today, from what clears when. */
import type { Diamonds } from '../api';

const DAY_MS = 86_400_000;

/** Milli-diamonds of this UTC day; null where there is no hold, because then nothing tells days apart. */
export function earnedToday({ releases, policy }: Pick<Diamonds, 'releases' | 'policy'>, now: Date): number | null {
  if (policy.hold_days === 0) return null;
  const clears = new Date(now.getTime() + (policy.hold_days + 1) * DAY_MS).toISOString().slice(0, 10);
  return releases.filter(({ date }) => date === clears).reduce((sum, { milli }) => sum + milli, 0);
}
