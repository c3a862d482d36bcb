/** What the server said about a form, by field. */
import { ApiProblem } from '../api';
import { t, tCode } from '../i18n';

export interface FormProblem {
  /** About the whole form; empty when every sentence belongs to a field. */
  all: string;
  fields: Record<string, string>;
}

export const NO_PROBLEM: FormProblem = { all: '', fields: {} };

/**
 * `known` are the form's own fields: each is told its rule, in the reader's words. A refusal that names none of them is
 * told above the form; `belongs` says which refusal is about which field.
 */
export function formProblem(problem: unknown, area: string, known: readonly string[], belongs: Record<string, string> = {}): FormProblem {
  if (!(problem instanceof ApiProblem)) throw problem;
  const said = tCode(area, problem.code, problem.detail || problem.message);
  const own = belongs[problem.code];
  if (own) return { all: '', fields: { [own]: said } };
  const fields: Record<string, string> = {};
  for (const { name } of problem.fields) {
    const last = name.split('.').at(-1) ?? name;
    if (known.includes(last)) fields[last] ??= tCode('wrong', last.replace(/^(old|new)_/, ''), t('problem.invalid'));
  }
  return { all: Object.keys(fields).length > 0 ? '' : said, fields };
}

/** Brings the reader to the first field that has to change. */
export function focusFirstInvalid(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]')?.focus());
}
