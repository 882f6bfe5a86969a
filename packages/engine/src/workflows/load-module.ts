// Loads a workflow that is written as a program: a module whose default export is a definition, or a function that makes one.
import { errorMessage, MonkeyError } from '@monkey-coder/protocol';
import { checkWorkflow } from './check-workflow.ts';
import { defineWorkflow } from './define-workflow.ts';
import { type Linking, linkWorkflows, unrepeated } from './link-workflows.ts';
import type { PlacedProblem, ReadWorkflow } from './read-result.ts';
import { pathText, readWorkflow } from './read-workflow.ts';

/**
 * Runs the module and checks what it gives. A function is called with `defineWorkflow`, so that a module need not import anything.
 * TypeScript is taken on every Node that this program runs on: types are removed, not checked. Throws MonkeyError `usage.invalid`, with the
 * line of the file where there is one, when it cannot be run.
 */
export async function loadWorkflowModule(path: string, library: string): Promise<ReadWorkflow> {
  const linking: Linking = { path, library };
  const { definition, problems } = await linkWorkflows(await moduleValue(path), linking, readWorkflow);
  const checked = checkWorkflow(definition);
  if (checked.kind === 'valid' && problems.length === 0) return checked;
  const all = unrepeated(problems, checked.kind === 'valid' ? [] : checked.problems);
  return { kind: 'invalid', problems: all.map(placed) };
}

function placed({
  path,
  message,
}: {
  readonly path: Parameters<typeof pathText>[0];
  readonly message: string;
}): PlacedProblem {
  return { line: 1, column: 1, message: `${pathText(path)}: ${message}` };
}

async function moduleValue(path: string): Promise<unknown> {
  try {
    const made = nested(await moduleAt(path));
    const given = typeof made === 'function' ? await (made as (define: unknown) => unknown)(defineWorkflow) : made;
    return JSON.parse(JSON.stringify(given ?? null));
  } catch (error) {
    const place = placeIn(path, error);
    throw new MonkeyError('usage.invalid', `${path}${place} does not give a workflow: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

async function moduleAt(path: string): Promise<unknown> {
  if (/\.[cm]?ts$/.test(path)) {
    const { loadTypeScript } = await import('./load-typescript.ts');
    return loadTypeScript(path);
  }
  return ((await import(path)) as { readonly default?: unknown }).default;
}

/** `:line:column` of the file, where the error tells it. */
function placeIn(path: string, error: unknown): string {
  const { stack = '', loc } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly stack?: string;
    readonly loc?: { readonly line?: number; readonly column?: number };
  };
  if (loc?.line !== undefined) return `:${loc.line}:${loc.column ?? 1}`;
  const at = stack.indexOf(`${path}:`);
  return at < 0 ? '' : (/^(:\d+(?::\d+)?)/.exec(stack.slice(at + path.length))?.[1] ?? '');
}

/** A CommonJS module that was made from a default export has it once more inside. */
function nested(value: unknown): unknown {
  const inner = typeof value === 'object' && value !== null ? (value as { default?: unknown }).default : undefined;
  return inner ?? value;
}
