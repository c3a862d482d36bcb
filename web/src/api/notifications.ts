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

export const notifications = {
  list: (cursor?: string) => http.get<Page<Notification>>('/v1/me/notifications', { cursor }),
  /** A hundred is that many or more. */
  unread: () => http.get<{ count: number }>('/v1/me/notifications/unread'),
  see: (until: number) => http.post<{ count: number }>('/v1/me/notifications/seen', { until }),
};
