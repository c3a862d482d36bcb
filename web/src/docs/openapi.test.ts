import { expect, test } from 'vitest';
import { groupsOf, linesOf, matches, typeOf, type Document } from './openapi';

const document: Document = {
  info: { title: 'Largesse', version: '1' },
  paths: {
    '/v1/lives/{id}/gifts': { post: { summary: 'Give a gift', requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Gift' } } } }, responses: { 201: { description: 'ok' } } } },
    '/healthz': { get: { summary: 'Alive?' } },
  },
  components: {
    schemas: {
      Gift: { properties: { id: { type: 'string', maxLength: 64 }, to: { oneOf: [{ $ref: '#/components/schemas/Person' }, { type: 'null' }] }, tags: { type: 'array', items: { type: 'string' } } }, required: ['id'] },
      Person: { properties: { name: { type: 'string' }, friend: { $ref: '#/components/schemas/Person' } } },
    },
  },
};

test('operations are grouped by what they are about', () => {
  expect(groupsOf(document).map(({ name, operations }) => [name, operations.length])).toEqual([['lives', 1], ['service', 1]]);
});

test('fields are told with their objects below them, and a schema that holds itself ends', () => {
  const give = groupsOf(document)[0]!.operations[0]!;
  expect(linesOf(document, give.body).map(({ name, type, depth, required }) => [name, type, depth, required])).toEqual([
    ['id', 'string', 0, true], ['to', 'object | null', 0, false], ['name', 'string', 1, false], ['friend', 'object', 1, false], ['tags', 'list of string', 0, false],
  ]);
  expect(linesOf(document, give.body)[0]!.about).toBe('(0…64 characters)');
});

test('every word of a search has to be there', () => {
  const give = groupsOf(document)[0]!.operations[0]!;
  expect(matches(give, 'gift post')).toBe(true);
  expect(matches(give, 'gift delete')).toBe(false);
});

test('a type is told in few words', () => {
  expect(typeOf(document, { enum: ['a', 'b'] })).toBe('"a" | "b"');
  expect(typeOf(document, { type: 'string', format: 'date-time' })).toBe('string, date-time');
});
