import { expect, test } from 'vitest';
import { csv } from './csv';

test('commas, quotes and new lines stay inside their cell, nothing is an empty one', () => {
  expect(csv(['name', 'coins'], [['a, "b"\nc', 5], [null, -3]])).toBe('name,coins\r\n"a, ""b""\nc",5\r\n,-3\r\n');
});

test('a name that looks like a formula is text', () => {
  expect(csv(['name'], [['=HYPERLINK("x")'], ['@kai'], ['-1+2']])).toBe('name\r\n"\'=HYPERLINK(""x"")"\r\n\'@kai\r\n\'-1+2\r\n');
});
