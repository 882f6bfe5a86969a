// Branches side by side: their barriers, their copies of the files, and what they come to together.
import { changesOf, costOf, decided, failedStep, Meeting, sideBySide } from '@monkey-coder/agents';
import type { StepResult } from '@monkey-coder/protocol';
import type { Place } from './place.ts';
import { type Party, rulesOf } from './wait-at-barrier.ts';
import type { ConflictRule, Copies } from './work-crew.ts';
import type { Step } from './workflow.ts';

type Parallel = Step & { readonly kind: 'parallel' };

/** Runs the branches to their ends, and brings together what they came to. */
export async function runParallel(
  step: Parallel,
  key: string,
  place: Place,
  runBranch: (branch: Step, place: Place) => Promise<StepResult>,
): Promise<StepResult> {
  const { branches, join = 'all' } = step;
  const { crew } = place;
  const copied = branches.filter((branch) => branch.copy === true).map((branch) => branch.id);
  const copies = copied.length === 0 ? undefined : await crew.makeCopies(key, copied);
  const names = branches.map((branch) => branch.id);
  const meeting = new Meeting(crew, rulesOf(step, key), names);
  const results = await sideBySide(
    branches.map((branch) => {
      const party: Party = { meeting, name: branch.id, scope: key, arrivals: new Map() };
      const own = branch.copy === true && copies !== undefined ? copies.crewOf(branch.id) : crew;
      return present(meeting, branch, `${key}.${branch.id}`, () => runBranch(branch, { ...place, crew: own, party }));
    }),
  );
  const arrived = names.filter((_name, index) => results[index]?.status !== 'failed');
  const wanted = join === 'all' ? branches.length : join === 'any' ? 1 : join;
  const texts = results.map((result, index) => `## ${names[index]}\n${result.text || result.reason}`);
  const data = Object.fromEntries(results.map((result, index) => [names[index] ?? '', result.data ?? result.text]));
  const whole = { text: texts.join('\n\n'), data, costMicroUsd: costOf(results), changes: changesOf(results) };
  if (arrived.length < wanted) {
    await copies?.leave();
    const reason = `${arrived.length} of ${branches.length} branches succeeded, ${wanted} must`;
    return { ...failedStep(`${reason}${keptCopies(copies, copied)}`), ...whole };
  }
  crew.note({ type: 'barrier.passed', step: key, barrier: step.id, arrived });
  const reason = `${arrived.length} of ${branches.length} branches succeeded`;
  if (copies === undefined) return { ...decided('', reason), ...whole };
  const done = copied
    .filter((branch) => results[names.indexOf(branch)]?.status !== 'failed')
    .map((branch) => ({ branch, changes: results[names.indexOf(branch)]?.changes ?? [] }));
  const joined = await copies.join(done, ruleOf(step));
  const failedCopies = copied.filter((branch) => results[names.indexOf(branch)]?.status === 'failed');
  const status = joined.status === 'failed' ? ('failed' as const) : ('ok' as const);
  return {
    ...whole,
    status,
    reason: `${reason}; ${joined.reason}${keptCopies(copies, failedCopies)}`,
    costMicroUsd: costOf([whole as StepResult, joined]),
    changes: changesOf([...results.filter((_result, index) => branches[index]?.copy !== true), joined]),
  };
}

/** A branch is present from its beginning to its end, however it ends. */
async function present(
  meeting: Meeting,
  branch: Step,
  key: string,
  work: () => Promise<StepResult>,
): Promise<StepResult> {
  try {
    const result = await work();
    meeting.leave(branch.id, key, leavingWords[result.status]);
    return result;
  } catch (error) {
    meeting.stop(error);
    throw error;
  }
}

const leavingWords: Readonly<Record<StepResult['status'], string>> = {
  ok: 'it is done',
  failed: 'it failed',
  skipped: 'it was passed over',
  waiting: 'it waits for a person',
};

function ruleOf({ onConflict = 'fail' }: Parallel): ConflictRule {
  if (onConflict === 'first' || onConflict === 'ask') return { kind: onConflict };
  return onConflict.startsWith('agent:')
    ? { kind: 'agent', member: onConflict.slice('agent:'.length) }
    : { kind: 'fail' };
}

function keptCopies(copies: Copies | undefined, branches: readonly string[]): string {
  if (copies === undefined || branches.length === 0) return '';
  return `; what ${branches.join(', ')} did stays in ${branches.map((branch) => copies.folderOf(branch)).join(', ')}`;
}
