/** What an age allows, told while the form is filled in. The server decides; this only says it early. */

export const JOIN_YEARS_MIN = 13;
const OF_AGE_YEARS: Record<string, number> = { KR: 19 };

export type Allowed = 'unknown' | 'too-young' | 'minor' | 'adult';

/** `born` as YYYY-MM-DD, `today` as a date in UTC. */
export function allowedAt(born: string, country: string, today: Date): Allowed {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(born);
  if (!match) return 'unknown';
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < today.getUTCFullYear() - 130) return 'unknown';
  const had = today.getUTCMonth() + 1 > month || (today.getUTCMonth() + 1 === month && today.getUTCDate() >= day);
  const years = today.getUTCFullYear() - year - (had ? 0 : 1);
  if (years < 0) return 'unknown';
  if (years < JOIN_YEARS_MIN) return 'too-young';
  return years < (OF_AGE_YEARS[country] ?? 18) ? 'minor' : 'adult';
}
