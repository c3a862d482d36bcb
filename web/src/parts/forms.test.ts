import { expect, test } from 'vitest';
import { ApiProblem } from '../api';
import { formProblem } from './forms';

test('each field gets its own sentence, and what names no field of the form is told above it', () => {
  const problem = new ApiProblem(400, {
    code: 'invalid', detail: 'x', fields: [{ name: 'data.email', message: 'not an address' }, { name: 'zone', message: 'unknown zone.' }],
  });
  expect(formProblem(problem, 'signup', ['email'])).toEqual({ all: 'Unknown zone.', fields: { email: 'Not an address.' } });
});

test('a refusal about one field is told there', () => {
  const taken = new ApiProblem(409, { code: 'username-taken', detail: 'Somebody has this name.' });
  expect(formProblem(taken, 'signup', [], { 'username-taken': 'username' })).toEqual({ all: '', fields: { username: 'Somebody has this name.' } });
});

test('a refusal without fields is told above the form, and what is no problem of the API is thrown on', () => {
  const refusal = new ApiProblem(403, { code: 'no-such-code', detail: 'Not now' });
  expect(formProblem(refusal, 'signup', []).all).toBe('Not now');
  expect(() => formProblem(new TypeError('a bug'), 'signup', [])).toThrow(TypeError);
});
