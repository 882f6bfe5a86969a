// The values that a workflow is started with.
import type { JsonValue } from '@monkey-coder/protocol';
import type { Workflow } from './workflow.ts';

/** All inputs with their values, or what is wrong with those that were given. */
export type FilledInputs =
  | { readonly kind: 'filled'; readonly inputs: Record<string, JsonValue> }
  | { readonly kind: 'invalid'; readonly message: string };

/** Fills in defaults. */
export function filledInputs(workflow: Workflow, given: Readonly<Record<string, JsonValue>>): FilledInputs {
  const wanted = workflow.inputs ?? {};
  const strange = Object.keys(given).find((name) => !Object.hasOwn(wanted, name));
  if (strange !== undefined) {
    const names = Object.keys(wanted).join(', ') || 'none';
    return { kind: 'invalid', message: `the workflow has no input "${strange}"; its inputs: ${names}` };
  }
  const inputs = Object.entries(wanted).map(([name, fallback]) => [name, given[name] ?? fallback] as const);
  const missing = inputs.find(([, value]) => value === null)?.[0];
  if (missing !== undefined) return { kind: 'invalid', message: `the input "${missing}" must be given` };
  return { kind: 'filled', inputs: Object.fromEntries(inputs) };
}
