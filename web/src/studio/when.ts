/** Times of a `datetime-local` field, which are the reader's own clock without a zone. */

const two = (n: number) => String(n).padStart(2, '0');

export function toLocal(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The next half hour that is at least an hour away. */
export function soonLocal(now: Date): string {
  const half_ms = 30 * 60_000;
  return toLocal(new Date(Math.ceil((now.getTime() + 2 * half_ms) / half_ms) * half_ms));
}

/** RFC 3339 in UTC; null for what is not a whole time. */
export function localToIso(local: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local)) return null;
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
