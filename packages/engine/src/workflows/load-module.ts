// Loads a workflow that is written as a program: a module whose default export is a definition, or a function that makes one.
import { errorMessage, MonkeyError } from '@monkey-coder/protocol';
import { checkWorkflow } from './check-workflow.ts';
import { defineWorkflow } from './define-workflow.ts';
import { pathText, type ReadWorkflow } from './read-workflow.ts';

/**
 * Runs the module and checks what it gives. A function is called with `defineWorkflow`, so that a module need not import anything.
 * TypeScript runs where Node itself takes it (22.18 and newer). Throws MonkeyError `usage.invalid` when it cannot be run.
 */
export async function loadWorkflowModule(path: string): Promise<ReadWorkflow> {
  let given: unknown;
  try {
    const module = (await import(path)) as { readonly default?: unknown };
    const made = nested(module.default);
    given = typeof made === 'function' ? await (made as (define: unknown) => unknown)(defineWorkflow) : made;
    given = JSON.parse(JSON.stringify(given ?? null));
  } catch (error) {
    throw new MonkeyError('usage.invalid', `${path} does not give a workflow: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  const checked = checkWorkflow(given);
  if (checked.kind === 'valid') return checked;
  const problems = checked.problems.map(({ path: at, message }) => ({
    line: 1,
    column: 1,
    message: `${pathText(at)}: ${message}`,
  }));
  return { kind: 'invalid', problems };
}

/** A CommonJS module that was made from a default export has it once more inside. */
function nested(value: unknown): unknown {
  const inner = typeof value === 'object' && value !== null ? (value as { default?: unknown }).default : undefined;
  return inner ?? value;
}
