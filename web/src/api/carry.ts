/** Files to the server and from it: apart from the rest, because few pages carry any. */
import { csrfHeaders, problemOf } from './client';
import { ApiProblem } from './problem';

/** A slow line carries five megabytes in this time. */
const FILE_TIMEOUT_MS = 120_000;

async function carry(method: 'GET' | 'POST' | 'PUT', path: string, file?: Blob): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { ...(file ? { 'Content-Type': 'application/octet-stream' } : {}), ...csrfHeaders() },
      body: file ?? null,
      signal: AbortSignal.timeout(FILE_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new ApiProblem(0, { code: 'network', title: String(cause) });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** A file as it is; the answer is JSON. */
export const upload = async <T>(method: 'POST' | 'PUT', path: string, file: Blob): Promise<T> => (await (await carry(method, path, file)).json()) as T;

export const download = async (path: string): Promise<Blob> => (await carry('POST', path)).blob();

/** A file that asking for changes nothing of. */
export const take = async (path: string): Promise<Blob> => (await carry('GET', path)).blob();
