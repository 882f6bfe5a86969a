// Validates values against JSON Schema, by classic zod; loaded only when an answer must have a shape.
import { describeIssues } from '@monkey-coder/protocol';
import { fromJSONSchema } from 'zod';

/** What is wrong with a value, in one line; undefined when it fits. Throws for a schema that zod cannot read. */
export function schemaProblem(value: unknown, schema: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = fromJSONSchema(schema as Parameters<typeof fromJSONSchema>[0]).safeParse(value);
  return parsed.success ? undefined : describeIssues(parsed.error);
}
