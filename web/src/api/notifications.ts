/** What one was told of LIVEs. */
import { http } from './client';
import type { LiveStatus, Page, Person } from './types';

export interface Notification {
  /** Grows: the order in which people were told. */
  number: number;
  kind: 'announced' | 'moved' | 'cancelled' | 'soon' | 'started';
  at: string;
  seen: boolean;
  live: string;
  title: string;
  creator: Person;
  status: LiveStatus;
  scheduled_at: string | null;
}

/** Which mail about LIVEs one gets; `reminders` of LIVEs for which one set a reminder. */
export type MailWishes = Record<'announced' | 'soon' | 'started' | 'reminders', boolean>;

export const notifications = {
  list: (cursor?: string) => http.get<Page<Notification>>('/v1/me/notifications', { cursor }),
  /** A hundred is that many or more. */
  unread: () => http.get<{ count: number }>('/v1/me/notifications/unread'),
  see: (until: number) => http.post<{ count: number }>('/v1/me/notifications/seen', { until }),
  mail: () => http.get<MailWishes>('/v1/me/mail'),
  setMail: (wishes: MailWishes) => http.put<MailWishes>('/v1/me/mail', wishes),
  /** Without signing in: `token` stands at the end of a letter. */
  stopMail: (token: string) => http.post<void>(`/v1/mail-stops/${encodeURIComponent(token)}`),
};
