// Decides what copies of the files come to together: merged one after another in a folder of their own; the checkout is not touched.
import { cpSync, rmSync } from 'node:fs';
import type { EventOf, StepResult } from '@monkey-coder/protocol';
import { bringOver, fileIn, hashIn, isInner, writeIn } from '../outcome/copy-files.ts';
import type { ConflictRule, JoinedBranch, WorkCrew } from '../workflows/work-crew.ts';
import { mergeFile } from './merge-file.ts';

/** What is to be merged. */
export interface JoinPlan {
  readonly step: string;
  /** All files as the branches began with them. */
  readonly base: string;
  readonly checkout: string;
  /** What branches changed, as it stood in the checkout when they were done. */
  readonly ours: string;
  /** Where the merged files are made. */
  readonly folder: string;
  readonly branches: readonly (JoinedBranch & { readonly folder: string })[];
  readonly rule: ConflictRule;
  readonly crew: WorkCrew;
  readonly crewIn: (folder: string) => WorkCrew;
  /** Whether a piece of work is on record. */
  readonly hasBegun: (key: string) => boolean;
  /** Fills a folder with the files of the checkout. */
  readonly fillFolder: (folder: string) => Promise<void>;
}

type Branch = JoinPlan['branches'][number];
type Decision = Pick<EventOf<'copies.joined'>, 'files' | 'kept' | 'problem'>;

interface Conflict {
  readonly path: string;
  readonly marked?: string;
}

/** Merges all branches; a problem says why nothing is to be merged. May throw `WorkStopped` where a person must be asked. */
export async function planJoin(plan: JoinPlan): Promise<Decision> {
  const { ours, folder, branches } = plan;
  rmSync(folder, { recursive: true, force: true });
  cpSync(ours, folder, { recursive: true });
  const kept: Decision['kept'] = [];
  const before = new Map<string, string>();
  const touched = new Set(branches.flatMap(({ changes }) => changes));
  for (const branch of branches) {
    const conflicts = mergeBranch(plan, branch);
    if (conflicts.length > 0) {
      const end = await decide(plan, branch, { conflicts, before, touched });
      if (end.kind === 'problem') return { files: [], kept: [], problem: end.problem };
      if (end.kind === 'kept') {
        kept.push({ branch: branch.branch, folder: branch.folder, paths: conflicts.map(({ path }) => path) });
      }
    }
    for (const path of branch.changes) before.set(path, branch.branch);
  }
  return { files: changedFiles(plan, touched), kept };
}

/** Brings in all that does not conflict; returns the rest. */
function mergeBranch({ base, folder }: JoinPlan, branch: Branch): Conflict[] {
  return branch.changes.filter(isInner).flatMap((path): Conflict[] => {
    const merged = mergeFile(fileIn(base, path), fileIn(folder, path), fileIn(branch.folder, path));
    if (merged.kind === 'theirs') bringOver(branch.folder, folder, path);
    if (merged.kind === 'merged') writeIn(folder, path, merged.text);
    if (merged.kind !== 'conflict') return [];
    return [merged.marked === undefined ? { path } : { path, marked: merged.marked }];
  });
}

type End = { readonly kind: 'taken' | 'kept' } | { readonly kind: 'problem'; readonly problem: string };

interface Conflicts {
  readonly conflicts: readonly Conflict[];
  /** Who changed a path before; others than the copies when absent. */
  readonly before: ReadonlyMap<string, string>;
  /** Paths that may differ at the end. */
  readonly touched: Set<string>;
}

async function decide(plan: JoinPlan, branch: Branch, found: Conflicts): Promise<End> {
  const { rule, crew, step } = plan;
  const { conflicts, before } = found;
  const words = conflicts.map(({ path }) => `${path} (${before.get(path) ?? 'changed beside the copies'})`).join(', ');
  switch (rule.kind) {
    case 'first':
      return { kind: 'kept' };
    case 'fail':
      return {
        kind: 'problem',
        problem: `${branch.branch} changed the same lines as another: ${words}; nothing was merged, ${copiesOf(plan)}`,
      };
    case 'ask': {
      const question = `${branch.branch} changed what another changed too: ${words}. Take the version of ${branch.branch} (yes), or leave the other (no)?`;
      const answer = await crew.askPerson({
        step: `${step}~${branch.branch}`,
        question,
        details: [`its copy: ${branch.folder}`],
      });
      if (!/^y(es)?$/i.test(answer.text.trim())) return { kind: 'kept' };
      if (conflicts.some(({ path }) => [branch.folder, plan.folder].some((one) => fileIn(one, path) === 'other')))
        return {
          kind: 'problem',
          problem: `${words} of ${branch.branch} is no plain file; nothing was merged, ${copiesOf(plan)}`,
        };
      for (const { path } of conflicts) bringOver(branch.folder, plan.folder, path);
      return { kind: 'taken' };
    }
    case 'agent':
      return askAgent(plan, branch, found, rule.member);
  }
}

const mark = /^(<<<<<<< |>>>>>>> )/m;

/** A member is given the files with both versions in them, in a folder of its own that stays until the merge is done. */
async function askAgent(plan: JoinPlan, branch: Branch, found: Conflicts, member: string): Promise<End> {
  const { conflicts, touched } = found;
  const { step, folder, ours, checkout, crewIn, hasBegun } = plan;
  const key = `${step}~${branch.branch}.merge`;
  const place = `${branch.folder}-merge`;
  const unmarked = conflicts.filter(({ marked }) => marked === undefined).map(({ path }) => path);
  if (unmarked.length > 0)
    return {
      kind: 'problem',
      problem: `${unmarked.join(', ')} cannot be merged as text; nothing was merged, ${copiesOf(plan)}`,
    };
  if (!hasBegun(key)) {
    rmSync(place, { recursive: true, force: true });
    await plan.fillFolder(place);
    for (const path of touched) if (isInner(path)) bringOver(folder, place, path);
    for (const { path, marked = '' } of conflicts) writeIn(place, path, marked);
  }
  const paths = conflicts.map(({ path }) => path);
  const prompt = `Two changes of the same lines must become one. Between the marks <<<<<<<, ======= and >>>>>>> stand both versions, in: ${paths.join(', ')}. Edit these files so that both changes hold and no mark is left.`;
  const result: StepResult = await crewIn(place).ask({ step: key, member, prompt });
  const why = resolverProblem(place, paths, result);
  if (why !== undefined)
    return {
      kind: 'problem',
      problem: `${member} did not bring ${branch.branch} together with the others: ${why}; nothing was merged, ${copiesOf(plan)}`,
    };
  for (const path of result.changes.filter((one) => isInner(one) && !touched.has(one))) {
    bringOver(checkout, ours, path);
    touched.add(path);
  }
  for (const path of new Set([...paths, ...result.changes.filter(isInner)])) bringOver(place, folder, path);
  return { kind: 'taken' };
}

function resolverProblem(place: string, paths: readonly string[], result: StepResult): string | undefined {
  if (result.status !== 'ok') return result.reason;
  const odd = [...paths, ...result.changes].filter((path) => fileIn(place, path) === 'other');
  if (odd.length > 0) return `${odd.join(', ')} is no plain file`;
  const marked = paths.filter((path) => {
    const file = fileIn(place, path);
    return Buffer.isBuffer(file) && mark.test(file.toString('utf8'));
  });
  return marked.length === 0 ? undefined : `marks are left in ${marked.join(', ')}`;
}

function copiesOf({ branches }: JoinPlan): string {
  return `their copies stay: ${branches.map(({ folder }) => folder).join(', ')}`;
}

function changedFiles({ ours, folder }: JoinPlan, touched: ReadonlySet<string>): Decision['files'] {
  return [...touched]
    .filter(isInner)
    .sort()
    .map((path) => ({ path, before: hashIn(ours, path), after: hashIn(folder, path) }))
    .filter(({ before, after }) => before !== after);
}
