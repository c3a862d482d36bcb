/** One way to call the API: JSON in, JSON out, an `ApiProblem` for everything else. */
import { ApiProblem } from './problem';
import { noteServerTime } from './time';

const TIMEOUT_MS = 15_000;

export type Query = Record<string, string | number | boolean | null | undefined>;

function cookie(name: string): string {
  const prefix = `${name}=`;
  const found = document.cookie.split('; ').find((each) => each.startsWith(prefix));
  return found ? decodeURIComponent(found.slice(prefix.length)) : '';
}

/** The CSRF header of unsafe methods, from the cookie that sign-in set. */
export function csrfHeaders(): Record<string, string> {
  const token = cookie('largesse_csrf');
  return token ? { 'X-CSRF-Token': token } : {};
}

export function withQuery(path: string, query?: Query): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (pairs.length === 0) return path;
  return `${path}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const retry = Number(response.headers.get('Retry-After'));
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (parsed && typeof parsed === 'object') body = parsed as Record<string, unknown>;
  } catch {
    body = { title: response.statusText };
  }
  return new ApiProblem(response.status, body, Number.isFinite(retry) && retry > 0 ? retry : null);
}

async function request<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
  const unsafe = method !== 'GET';
  const sent_ms = Date.now();
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(unsafe ? csrfHeaders() : {}),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw new ApiProblem(0, { code: 'network', title: String(cause) });
  }
  noteServerTime(response.headers.get('X-Server-Time'), sent_ms, Date.now());
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const http = {
  get: <T>(path: string, query?: Query) => request<T>('GET', withQuery(path, query)),
  post: <T>(path: string, body: unknown = {}, headers?: Record<string, string>) =>
    request<T>('POST', path, body, headers),
  put: <T>(path: string, body: unknown) => request<T>('PUT', path, body),
  patch: <T>(path: string, body: unknown) => request<T>('PATCH', path, body),
  del: <T>(path: string) => request<T>('DELETE', path),
};
