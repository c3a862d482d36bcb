/** The sentence that a screen reader hears every five seconds. */
import { t } from '../i18n';
import type { Spoken } from './announcer';

export function spokenWords({ gifts, givers, comments, joined }: Spoken): string {
  const parts: string[] = [];
  if (gifts > 0) parts.push(t('room.spoken_gifts', { gifts: t('common.gifts', { n: gifts }), people: t('common.people', { n: givers }) }));
  if (joined > 0) parts.push(t('room.spoken_joined', { people: t('common.people', { n: joined }) }));
  for (const { name, text } of comments) parts.push(t('room.spoken_comment', { name, text }));
  return parts.join(' ');
}
