/** Months of statements. */
import { locale } from '../i18n';

/** A UTC month such as `2026-11`, in words. */
export function monthName(month: string): string {
  return new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-15T12:00:00Z`));
}
