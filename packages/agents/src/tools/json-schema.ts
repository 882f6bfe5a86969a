// JSON Schema of a tool's parameters: small, stable, in the order written.
import type { JsonObject, JsonSchema, ToolDeclaration } from '@monkey-coder/protocol';
import type * as z from 'zod/mini';
import type { Tool } from './tool.ts';

type Definition = z.core.$ZodTypeDef & {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly (string | number | boolean)[];
  readonly format?: string;
};

/** Declarations as a model is shown them; equal tools give equal bytes. Throws on a schema kind that has no JSON form here. */
export function toolDeclarations(tools: readonly Tool[]): ToolDeclaration[] {
  return tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters: jsonSchemaOf(parameters),
  }));
}

/** The JSON Schema of a zod schema made of objects, arrays, strings, numbers, booleans, enums, literals, unions and records. */
export function jsonSchemaOf(schema: z.core.$ZodType): JsonSchema {
  const definition = schema._zod.def as Definition;
  switch (definition.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return { type: definition.type };
    case 'number':
      return { type: definition.format === 'safeint' ? 'integer' : 'number' };
    case 'unknown':
    case 'any':
      return {};
    case 'enum':
      return { type: 'string', enum: Object.values(definition.entries ?? {}) };
    case 'literal':
      return { enum: [...(definition.values ?? [])] };
    default:
      return compoundSchema(definition);
  }
}

function compoundSchema(definition: Definition): JsonSchema {
  const { innerType, element, valueType, options, shape } = definition;
  if (definition.type === 'object' && shape !== undefined) return objectSchema(shape);
  if (definition.type === 'array' && element !== undefined) return { type: 'array', items: jsonSchemaOf(element) };
  if (definition.type === 'record' && valueType !== undefined) {
    return { type: 'object', additionalProperties: jsonSchemaOf(valueType) };
  }
  if (definition.type === 'union' && options !== undefined) return { anyOf: options.map(jsonSchemaOf) };
  if (definition.type === 'nullable' && innerType !== undefined) {
    return { anyOf: [jsonSchemaOf(innerType), { type: 'null' }] };
  }
  if ((definition.type === 'optional' || definition.type === 'default') && innerType !== undefined) {
    return jsonSchemaOf(innerType);
  }
  throw new Error(`a tool parameter of kind ${definition.type} has no JSON Schema here`);
}

function objectSchema(shape: Readonly<Record<string, z.core.$ZodType>>): JsonSchema {
  const properties: Record<string, JsonObject> = {};
  const required: string[] = [];
  for (const [key, value] of Object.entries(shape)) {
    properties[key] = jsonSchemaOf(value);
    if (value._zod.def.type !== 'optional' && value._zod.def.type !== 'default') required.push(key);
  }
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}
