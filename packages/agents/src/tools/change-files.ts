// What `edit` and `write` share: a planned change becomes an effect, is applied, and is examined after a crash.
import type { EffectPlan } from '@monkey-coder/protocol';
import {
  type ChangePlan,
  describeFinding,
  describeProblem,
  type EditRefusal,
  type SyntaxChange,
} from '@monkey-coder/workspace';
import { failed, failure, succeeded } from './results.ts';
import type { PreparedCall, ToolContext, ToolResult } from './tool.ts';

/**
 * A planned change as a prepared call; a refusal as a failed result. A change that breaks the syntax of a file that was right
 * is refused once: when the same is sent again it is meant, and is written.
 */
export async function prepareChange(
  plan: ChangePlan | EditRefusal,
  context: ToolContext,
): Promise<PreparedCall | ToolResult> {
  if (plan.kind === 'refused') return failed(plan.message);
  const worse = context.diagnostics === 'off' ? [] : await context.workspace.syntaxAfter(plan);
  const broken = worse.filter(({ isBroken, wasTold }) => isBroken && !wasTold);
  if (broken.length > 0) return failed(describeBroken(broken));
  const note = worse.map((change) => `\n${describeSyntax(change)}`).join('');
  return { effect: { kind: 'files', files: [...plan.files] }, run: () => applyChange(plan, note, context) };
}

const mostProblems = 5;

function describeBroken(broken: readonly SyntaxChange[]): string {
  const what = broken.map(describeSyntax).join('\n');
  return `Not written: it would break the syntax.\n${what}\nCorrect it, or send the very same again if it is meant (one step of several).`;
}

function describeSyntax({ path, before, problems }: SyntaxChange): string {
  const shown = problems
    .slice(0, mostProblems)
    .map((one) => `${path}:${one.line}:${one.column}: ${describeProblem(one)}`);
  const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : [];
  const head =
    before === 0
      ? 'New syntax problems (lines of the new text):'
      : `Syntax problems, ${before} before and ${problems.length} now:`;
  return [head, ...shown, ...more].join('\n');
}

const waitForDiagnosticsMs = 3_000;

async function newErrors(plan: ChangePlan, context: ToolContext): Promise<string> {
  if (context.diagnostics !== 'language-server') return '';
  const findings = await context.workspace.diagnosticsAfter(plan, waitForDiagnosticsMs);
  if (findings.length === 0) return '';
  return `\nNew errors:\n${findings.slice(0, 10).map(describeFinding).join('\n')}`;
}

async function applyChange(plan: ChangePlan, syntaxNote: string, context: ToolContext): Promise<ToolResult> {
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
  const errors = await newErrors(plan, context);
  return succeeded(summary.join('\n') + note + syntaxNote + errors, { diff: plan.diff });
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
