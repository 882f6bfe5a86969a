// A step that runs another workflow: it is given inputs, and gives back what its own end comes to.
import { failedStep } from '@monkey-coder/agents';
import type { JsonValue, StepResult } from '@monkey-coder/protocol';
import { hashOf } from './definition-hash.ts';
import { filledInputs } from './inputs.ts';
import type { WorkCrew } from './work-crew.ts';
import type { Step, Workflow } from './workflow.ts';

/** How a call is done. */
export interface CallMeans {
  readonly evaluated: (expression: string) => JsonValue;
  /** Walks through the workflow that is called. */
  readonly walk: (walk: {
    readonly workflow: Workflow;
    readonly inputs: Readonly<Record<string, JsonValue>>;
    readonly crew: WorkCrew;
    readonly prefix: string;
  }) => Promise<StepResult>;
}

/** Runs it. Its steps have keys below that of the call, so that a crash within it is gone on from there. */
export async function runCall(
  step: Step & { readonly kind: 'workflow' },
  key: string,
  crew: WorkCrew,
  { evaluated, walk }: CallMeans,
): Promise<StepResult> {
  const { called, inputs = {} } = step;
  const given = Object.entries(inputs).map(
    ([name, value]) => [name, typeof value === 'string' ? evaluated(value) : value] as const,
  );
  const filled = filledInputs(called, Object.fromEntries(given));
  if (filled.kind === 'invalid') return failedStep(`${step.workflow}: ${filled.message}`);
  // The blackboard may change later: what it was called with is what counts.
  const call = crew.note({
    type: 'workflow.called',
    step: key,
    name: called.workflow,
    version: called.version,
    hash: hashOf(called.definition),
    inputs: filled.inputs,
  });
  const team = crew.teamOf(key, called);
  const own = { workflow: called, inputs: call.inputs as Record<string, JsonValue>, crew: team, prefix: `${key}.` };
  const result = await walk(own);
  return result.status === 'failed' ? { ...result, reason: `${called.workflow}: ${result.reason}` } : result;
}
