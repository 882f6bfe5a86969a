// Validates values against JSON Schema, by classic zod; loaded only when an answer must have a shape.
import { describeIssues } from '@monkey-coder/protocol';
import { fromJSONSchema } from 'zod';

/** What is wrong with a value, in one line; undefined when it fits. Throws for a schema that zod cannot read. */
export function schemaProblem(value: unknown, schema: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = fromJSONSchema(spelledOut(schema) as Parameters<typeof fromJSONSchema>[0]).safeParse(value);
  return parsed.success ? undefined : describeIssues(parsed.error);
}

type Schema = Readonly<Record<string, unknown>>;

/** Words that say what type is meant where none is named. */
const wordsOfType = {
  object: ['properties', 'required', 'additionalProperties', 'patternProperties', 'minProperties', 'maxProperties'],
  array: ['items', 'prefixItems', 'contains', 'minItems', 'maxItems', 'uniqueItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
} as const;

const otherShapes = ['type', '$ref', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', 'not', 'if'];

/** Zod overlooks what a schema demands without naming a type, and required names that are not described: both are written out. */
function spelledOut(schema: Schema): Schema {
  const inner = Object.fromEntries(Object.entries(schema).map(([word, value]) => [word, spelledOutValue(word, value)]));
  const type = otherShapes.some((word) => word in schema) ? undefined : typeMeant(schema);
  return { ...inner, ...(type === undefined ? {} : { type }), ...describedRequired(inner) };
}

function typeMeant(schema: Schema): string | undefined {
  return Object.entries(wordsOfType).find(([, words]) => words.some((word) => word in schema))?.[0];
}

function describedRequired(schema: Schema): Schema {
  const { required, properties } = schema;
  if (!Array.isArray(required)) return {};
  const rest = isSchema(schema['additionalProperties']) ? schema['additionalProperties'] : {};
  const undescribed = required.filter((name): name is string => typeof name === 'string').map((name) => [name, rest]);
  return { properties: { ...Object.fromEntries(undescribed), ...(isSchema(properties) ? properties : {}) } };
}

function spelledOutValue(word: string, value: unknown): unknown {
  switch (word) {
    case 'properties':
    case 'patternProperties':
    case '$defs':
    case 'definitions':
      return isSchema(value)
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spelledOutOne(each)]))
        : value;
    case 'items':
    case 'contains':
    case 'additionalProperties':
      return spelledOutOne(value);
    case 'prefixItems':
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
      return Array.isArray(value) ? value.map(spelledOutOne) : value;
    default:
      return value;
  }
}

function spelledOutOne(value: unknown): unknown {
  return isSchema(value) ? spelledOut(value) : value;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
