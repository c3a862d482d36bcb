/** What somebody may give and buy, and breaks. */
import { http } from './client';
import type * as w from './types';

export const limits = {
  get: () => http.get<w.Limits>('/v1/me/limits'),
  buying: () => http.get<Record<'day' | 'week' | 'month', { spent: w.Money; left: w.Money | null; resets_at: string }>>('/v1/me/buying'),
  set: (wanted: { give: Record<string, unknown>; buy: Record<string, unknown> }) => http.put<w.Limits>('/v1/me/limits', wanted),
  rest: (length: { days: number } | { months: number }) => http.post<w.Rest>('/v1/me/cool-off', length),
};
