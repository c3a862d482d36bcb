/** Errors of the API, RFC 9457, as one exception type. */

export interface FieldProblem {
  name: string;
  message: string;
}

/** The code of an answer that is not our own server's, as of a proxy; 0 is no answer at all. */
function codeOf(status: number): string {
  const known: Record<number, string> = { 0: 'network', 401: 'not-signed-in', 403: 'forbidden', 404: 'not-found', 413: 'too-large', 429: 'too-many', 500: 'internal' };
  return known[status] ?? (status > 500 ? 'busy' : 'refused');
}

export class ApiProblem extends Error {
  readonly status: number;
  /** The API's stable code, such as `not-enough-coins`; `network` when no answer came. */
  readonly code: string;
  readonly detail: string;
  readonly fields: FieldProblem[];
  /** The problem's own members, such as `needed` and `available`. */
  readonly members: Record<string, unknown>;
  /** Seconds to wait as the server asked, or null. */
  readonly retryAfterS: number | null;

  constructor(status: number, body: Record<string, unknown>, retryAfterS: number | null = null) {
    const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : '');
    super(text('detail') || text('title') || `HTTP ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = text('code') || codeOf(status);
    this.detail = text('detail') || text('title');
    this.fields = Array.isArray(body['fields']) ? (body['fields'] as FieldProblem[]) : [];
    this.members = body;
    this.retryAfterS = retryAfterS;
  }

  /** The message for one named form field, or undefined. */
  field(name: string): string | undefined {
    return this.fields.find((each) => each.name === name)?.message;
  }

  member(name: string): number {
    const value = this.members[name];
    return typeof value === 'number' ? value : 0;
  }

  /** True when nobody knows whether the request took effect: repeat it with the same id. */
  get unknownOutcome(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}
