// Mistakes of a definition in words that somebody who writes one understands: what is wrong, and what was likely meant.
import { describeIssues, nearestNames } from '@monkey-coder/protocol';
import type * as z from 'zod/mini';
import { headSchema, memberSchema, stepKinds, stepSchemas, type WorkflowProblem } from './workflow.ts';

/** Keys and indices from the top. */
export type Path = WorkflowProblem['path'];

/** What a schema says against `value`, which stands at `path`. */
export function issuesOf(error: z.core.$ZodError, path: Path, value: unknown): WorkflowProblem[] {
  return error.issues.map((issue) => {
    const below = issue.path.filter((key) => typeof key !== 'symbol');
    const at = [...path, ...below];
    if (issue.code === 'unrecognized_keys') {
      const [key = ''] = issue.keys;
      return { path: [...at, key], message: `there is no "${key}" here${keyGuess(key)}`, isKey: true };
    }
    if (issue.code === 'too_small' && issue.origin === 'array')
      return { path: at, message: `at least ${issue.minimum} are needed` };
    if (issue.code !== 'invalid_type')
      return { path: at, message: describeIssues({ issues: [{ ...issue, path: [] }] }) };
    const wanted = `expected ${typeWords[issue.expected] ?? issue.expected}`;
    return { path: at, message: valueAt(value, below) === undefined ? `it is missing (${wanted})` : wanted };
  });
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'names with values, as in "usd: 2"',
  record: 'names with values, as in "dev: { mode: acceptEdits }"',
};

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((of, key) => (of as Partial<Record<string | number, unknown>> | null)?.[key], value);
}

/** A name that is not there, and those that it may have been meant as. */
export function guess(name: string, names: readonly string[]): string {
  const near = nearestNames(name, names);
  if (near.length > 0) return `; did you mean ${near.join(' or ')}?`;
  return names.length > 0 && names.length < 12 ? `; there are ${names.join(', ')}` : '';
}

function keyGuess(key: string): string {
  if (!/^[\w-]+$/.test(key)) return '; a text with commas or braces needs quotes';
  const near = nearestNames(key, knownWords());
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}

function knownWords(): string[] {
  const schemas = [headSchema, memberSchema, ...Object.values(stepSchemas)];
  return [...new Set(schemas.flatMap((schema) => Object.keys(schema.shape)))];
}

/** The kind of step that a key was likely meant as. */
export function kindGuess(value: unknown): string {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const near = [...new Set(keys.flatMap((key) => nearestNames(key, stepKinds)))];
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}
