/** Other platforms, and a person's agreement to them. */
import { http } from './client';
import type * as w from './types';

const e = encodeURIComponent;

export const hosts = {
  list: () => http.get<w.Page<w.Host>>('/v1/hosts', { limit: 200 }),
  links: () => http.get<w.Page<w.HostLink>>('/v1/me/hosts'),
  code: (host: string) => http.post<w.HostCode>('/v1/me/host-codes', { host }),
  unlink: (host: string) => http.del<void>(`/v1/me/hosts/${e(host)}`),
};
