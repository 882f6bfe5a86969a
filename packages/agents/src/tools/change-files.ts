// What `edit` and `write` share: a planned change becomes an effect, is applied, and is examined after a crash.
import type { EffectPlan } from '@monkey-coder/protocol';
import type { ChangePlan, EditRefusal } from '@monkey-coder/workspace';
import { failed, failure, succeeded } from './results.ts';
import type { PreparedCall, ToolContext, ToolResult } from './tool.ts';

/** A planned change as a prepared call; a refusal as a failed result. */
export function prepareChange(plan: ChangePlan | EditRefusal, context: ToolContext): PreparedCall | ToolResult {
  if (plan.kind === 'refused') return failed(plan.message);
  return { effect: { kind: 'files', files: [...plan.files] }, run: () => applyChange(plan, context) };
}

async function applyChange(plan: ChangePlan, context: ToolContext): Promise<ToolResult> {
  try {
    await context.workspace.apply(plan);
  } catch (error) {
    return failure(error);
  }
  remember(plan.files, context);
  const summary = plan.changes.map(
    ({ path, kind, added, removed }) => `${kind} ${path} (+${added ?? 0} -${removed ?? 0})`,
  );
  const note = plan.tolerance === '' ? '' : `\n${plan.tolerance}`;
  return succeeded(summary.join('\n') + note, { diff: plan.diff });
}

/** After a crash: was the change made? Nothing is repeated unless it certainly was not. */
export async function resolveChange(effect: EffectPlan, context: ToolContext): Promise<ToolResult | 'run-again'> {
  if (effect.kind !== 'files') return 'run-again';
  const state = await context.workspace.examine(effect.files);
  const paths = effect.files.map((file) => file.path).join(', ');
  switch (state) {
    case 'not-applied':
      return 'run-again';
    case 'applied':
      remember(effect.files, context);
      return succeeded(`changed ${paths}`);
    case 'partly-applied':
    case 'changed-since':
      return {
        status: 'unknown',
        output: `The run was interrupted while it changed ${paths}, and the content now is neither the old nor the new one. Read it before you go on.`,
      };
  }
}

function remember(files: ChangePlan['files'], context: ToolContext): void {
  for (const { path, after } of files) {
    if (after === null) context.seen.delete(path);
    else context.seen.set(path, after);
  }
}
