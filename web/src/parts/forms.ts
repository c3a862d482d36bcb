/** What the server said about a form, by field. */
import { ApiProblem } from '../api';
import { tCode } from '../i18n';

export interface FormProblem {
  /** About the whole form; empty when every sentence belongs to a field. */
  all: string;
  fields: Record<string, string>;
}

export const NO_PROBLEM: FormProblem = { all: '', fields: {} };

/**
 * `known` are the form's own fields; what names another is told above the form. `belongs` says which refusal is about
 * which field.
 */
export function formProblem(problem: unknown, area: string, known: readonly string[], belongs: Record<string, string> = {}): FormProblem {
  if (!(problem instanceof ApiProblem)) throw problem;
  const said = tCode(area, problem.code, problem.detail || problem.message);
  const own = belongs[problem.code];
  if (own) return { all: '', fields: { [own]: said } };
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { name, message } of problem.fields) {
    const last = name.split('.').at(-1) ?? name;
    if (known.includes(last)) fields[last] ??= sentence(message);
    else rest.push(sentence(message));
  }
  const named = Object.keys(fields).length > 0;
  if (rest.length > 0) return { all: rest.join(' '), fields };
  return { all: named ? '' : said, fields };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charAt(0).toLocaleUpperCase() + trimmed.slice(1);
  return /[.!?…]$/u.test(first) ? first : `${first}.`;
}

/** Brings the reader to the first field that has to change. */
export function focusFirstInvalid(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]')?.focus());
}
