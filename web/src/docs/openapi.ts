/** Reading an OpenAPI 3.1 document: operations by group, and schemas as lines of words. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: boolean | Schema;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  pattern?: string;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface RawOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  deprecated?: boolean;
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
}

export interface Document {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, RawOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Answer {
  status: string;
  description: string;
  schema: Schema | null;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  body: Schema | null;
  answers: Answer[];
}

export interface Group {
  name: string;
  operations: Operation[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** `/v1/lives/{id}/gifts` belongs to "lives"; what is not under `/v1` to the service itself. */
function groupOf(path: string): string {
  const [first, second] = path.split('/').filter(Boolean);
  return first === 'v1' && second ? second : 'service';
}

export function groupsOf(document: Document): Group[] {
  const groups = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const raw = methods[method];
      if (!raw) continue;
      const operation: Operation = {
        id: raw.operationId ?? `${method} ${path}`, method: method.toUpperCase(), path, summary: raw.summary ?? '', description: raw.description ?? '',
        parameters: raw.parameters ?? [],
        body: schemaOf(raw.requestBody?.content),
        answers: Object.entries(raw.responses ?? {}).map(([status, answer]) => ({ status, description: answer.description ?? '', schema: schemaOf(answer.content) })),
      };
      groups.set(groupOf(path), [...(groups.get(groupOf(path)) ?? []), operation]);
    }
  }
  return [...groups].map(([name, operations]) => ({ name, operations })).sort((a, b) => a.name.localeCompare(b.name));
}

function schemaOf(content: Record<string, { schema?: Schema }> | undefined): Schema | null {
  return Object.values(content ?? {})[0]?.schema ?? null;
}

export function matches(operation: Operation, words: string): boolean {
  const text = `${operation.method} ${operation.path} ${operation.summary} ${operation.description}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export interface Line {
  name: string;
  type: string;
  about: string;
  required: boolean;
  depth: number;
}

const DEPTH_MAX = 4;

/** The fields of a schema, one a line, those of objects within indented below them. */
export function linesOf(document: Document, schema: Schema | null, depth = 0, seen: readonly string[] = []): Line[] {
  if (!schema || depth > DEPTH_MAX) return [];
  const { found, names } = resolved(document, schema, seen);
  if (!found) return [];
  if (found.items) return linesOf(document, found.items, depth, names);
  const choices = found.oneOf ?? found.anyOf;
  if (choices) return choices.flatMap((choice) => linesOf(document, choice, depth, names));
  const parts = found.allOf?.flatMap((part) => linesOf(document, part, depth, names)) ?? [];
  const own = Object.entries(found.properties ?? {}).flatMap(([name, each]): Line[] => [
    { name, type: typeOf(document, each), about: aboutOf(each), required: found.required?.includes(name) ?? false, depth },
    ...linesOf(document, each, depth + 1, names),
  ]);
  return [...parts, ...own];
}

function resolved(document: Document, schema: Schema, seen: readonly string[]): { found: Schema | null; names: readonly string[] } {
  if (!schema.$ref) return { found: schema, names: seen };
  const name = schema.$ref.split('/').at(-1) ?? '';
  if (seen.includes(name)) return { found: null, names: seen };
  return { found: document.components?.schemas?.[name] ?? null, names: [...seen, name] };
}

/** A type in few words: "string, date-time", "list of integer", "a or null". */
export function typeOf(document: Document, schema: Schema): string {
  if (schema.$ref) {
    const { found } = resolved(document, schema, []);
    return found?.enum ? typeOf(document, found) : 'object';
  }
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return [...new Set(choices.map((choice) => typeOf(document, choice)))].join(' | ');
  if (schema.type === 'array' || schema.items) return `list of ${schema.items ? typeOf(document, schema.items) : 'anything'}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'anything');
  return schema.format ? `${type}, ${schema.format}` : type;
}

function aboutOf(schema: Schema): string {
  const bounds = [
    schema.minimum !== undefined || schema.maximum !== undefined ? `${schema.minimum ?? ''}…${schema.maximum ?? ''}` : '',
    schema.maxLength !== undefined ? `${schema.minLength ?? 0}…${schema.maxLength} characters` : '',
    schema.maxItems !== undefined ? `up to ${schema.maxItems}` : '',
    schema.default !== undefined && schema.default !== null ? `default ${JSON.stringify(schema.default)}` : '',
  ].filter(Boolean);
  return [schema.description ?? '', bounds.length ? `(${bounds.join(', ')})` : ''].filter(Boolean).join(' ');
}
