import { beforeEach, expect, test } from 'vitest';
import { ApiProblem } from '../api';
import { setLocale } from '../i18n';
import de from '../i18n/de.json';
import en from '../i18n/en.json';
import pages_de from '../i18n/pages/de.json';
import pages_en from '../i18n/pages/en.json';
import { formProblem } from './forms';

beforeEach(() => setLocale('en', { ...en, ...pages_en }));

test("each field is told its rule, in the reader's language and not in the server's", () => {
  const problem = new ApiProblem(400, { code: 'invalid', detail: 'x', fields: [{ name: 'data.email', message: 'not an address' }, { name: 'new_password', message: 'too common' }] });
  const known = ['email', 'new_password'];
  expect(formProblem(problem, 'signup', known)).toEqual({ all: '', fields: { email: en_of('wrong.email'), new_password: en_of('wrong.password') } });
  setLocale('de', { ...de, ...pages_de });
  expect(formProblem(problem, 'signup', known).fields['email']).toBe(pages_de['wrong.email']);
});

test('what names no field of the form is told above it', () => {
  const problem = new ApiProblem(400, { code: 'invalid', detail: 'x', fields: [{ name: 'zone', message: 'unknown' }] });
  expect(formProblem(problem, 'signup', ['email'])).toEqual({ all: en['problem.invalid'], fields: {} });
});

test('a refusal about one field is told there', () => {
  const taken = new ApiProblem(409, { code: 'username-taken', detail: 'Somebody has this name.' });
  expect(formProblem(taken, 'signup', [], { 'username-taken': 'username' })).toEqual({ all: '', fields: { username: en_of('problem.username-taken') } });
});

test('a refusal that no page knows is told as the server said it, and what is no problem of the API is thrown on', () => {
  const refusal = new ApiProblem(403, { code: 'no-such-code', detail: 'Not now' });
  expect(formProblem(refusal, 'signup', []).all).toBe('Not now');
  expect(() => formProblem(new TypeError('a bug'), 'signup', [])).toThrow(TypeError);
});

test('an answer without a code is told by its status', () => {
  expect(formProblem(new ApiProblem(504, {}), 'signup', []).all).toBe(en['problem.busy']);
  expect(formProblem(new ApiProblem(413, {}), 'signup', []).all).toBe(pages_en['problem.too-large']);
});

function en_of(key: keyof typeof pages_en) {
  return pages_en[key];
}
