// Holds a final answer against the JSON Schema the user asked for.
import { errorMessage, MonkeyError, parseJson } from '@monkey-coder/protocol';

/** What is wrong with the answer, in one line; undefined when it fits. The validator is loaded only here. */
export async function checkAnswer(
  text: string,
  schema: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const value = parseJson(stripFence(text));
  if (value === undefined) return 'it is not JSON';
  const { schemaProblem } = await import('./json-schema.ts');
  return schemaProblem(value, schema);
}

/** Throws MonkeyError `usage.invalid` for a schema that answers cannot be held against, before anything is paid for. */
export async function refuseBadSchema(schema: Readonly<Record<string, unknown>>): Promise<void> {
  const { schemaProblem } = await import('./json-schema.ts');
  try {
    schemaProblem(undefined, schema);
  } catch (error) {
    throw new MonkeyError('usage.invalid', `--json-schema: ${errorMessage(error)}`, { cause: error });
  }
}

/** Models like to wrap JSON in a code fence. */
export function stripFence(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}
