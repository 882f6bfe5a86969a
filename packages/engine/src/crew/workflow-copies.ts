// Copies of the files in which branches of a workflow work side by side, and how what they did comes together.
//
// Everything is named on record before it counts: where the copies are, how the files stood when the branches were done, and what
// comes of it, with a hash of each file before and after. So a crash at any point is gone on from there, and nothing is merged twice.
// What was not taken of a copy stays in it.
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { decided, failedStep, WorkStopped } from '@monkey-coder/agents';
import type { EventOf, StepResult } from '@monkey-coder/protocol';
import type { Workspace } from '@monkey-coder/workspace';
import { bringOver, fileIn, hashIn, isInner } from '../outcome/copy-files.ts';
import { hashOf } from '../workflows/definition-hash.ts';
import type { Journal } from '../workflows/journal.ts';
import type { ConflictRule, Copies, JoinedBranch, WorkCrew } from '../workflows/work-crew.ts';
import { type JoinPlan, planJoin } from './plan-join.ts';

/** What copies are made with. */
export interface CopyMeans {
  readonly journal: Journal;
  /** Folder of the files that are copied. */
  readonly cwd: string;
  /** An empty folder for files, below the data folder; what was in one of that name is gone. */
  readonly makeFolder: (name: string) => string;
  readonly newChangeId: () => string;
  /** Has the checkout for itself while `work` runs: no member writes in it, and no other process. */
  readonly withCheckout: <T>(work: (workspace: Workspace) => Promise<T>) => Promise<T>;
  readonly crew: WorkCrew;
  /** The crew at work in another folder. */
  readonly crewIn: (folder: string) => WorkCrew;
}

type Made = Pick<EventOf<'copies.made'>, 'base' | 'copies'>;
type Joined = Pick<EventOf<'copies.joined'>, 'change' | 'folder' | 'files' | 'kept' | 'problem'>;

/** Makes them, or finds those that were made. */
export async function openCopies(means: CopyMeans, step: string, branches: readonly string[]): Promise<Copies> {
  const made: Made = means.journal.of('copies.made', step) ?? (await makeCopies(means, step, branches));
  const folderOf = (branch: string): string => made.copies.find((copy) => copy.branch === branch)?.folder ?? '';
  return {
    folderOf,
    crewOf: (branch) => means.crewIn(folderOf(branch)),
    join: (done, rule) => joinCopies(means, { step, made, done, rule }),
    leave: () => removeAll([made.base]),
  };
}

function makeCopies(means: CopyMeans, step: string, branches: readonly string[]): Promise<Made> {
  return means.withCheckout(async ({ snapshots }) => {
    const runId = means.newChangeId();
    const { sessionId } = means.journal;
    const id = await snapshots.begin({ sessionId, runId, reason: `where the copies of ${step} begin` });
    await snapshots.end(id);
    const copyTo = async (name: string): Promise<string> => {
      const folder = means.makeFolder(nameOf(means, step, name));
      await snapshots.materialise(id, folder);
      return folder;
    };
    const base = await copyTo('base');
    const copies: Made['copies'] = [];
    for (const branch of branches) copies.push({ branch, folder: await copyTo(`copy-${branch}`) });
    return means.journal.note({ type: 'copies.made', step, base, copies });
  });
}

/** The same name again after a crash, so that a folder that was not on record yet is made anew and none is forgotten. */
function nameOf({ journal }: CopyMeans, step: string, name: string): string {
  return `${journal.sessionId}-${hashOf(step).slice(0, 8)}-${name}`;
}

interface Joining {
  readonly step: string;
  readonly made: Made;
  readonly done: readonly JoinedBranch[];
  readonly rule: ConflictRule;
}

async function joinCopies(means: CopyMeans, joining: Joining): Promise<StepResult> {
  const { journal } = means;
  const { step } = joining;
  const isApplied = journal.of('copies.applied', step) !== undefined;
  const joined = isApplied
    ? (journal.of('copies.joined', step) as Joined)
    : await means.withCheckout(async (workspace) => {
        const known: Joined = journal.of('copies.joined', step) ?? (await decideJoin(means, joining, workspace));
        if (known.problem === undefined) await apply(means, step, known, workspace);
        return known;
      });
  await cleanUp(joining, joined, journal.of('copies.gathered', step)?.folder);
  return resultOf(means, joining, joined);
}

async function decideJoin(means: CopyMeans, joining: Joining, workspace: Workspace): Promise<Joined> {
  const { journal, crew, crewIn } = means;
  const { step, made, done, rule } = joining;
  const gathered = journal.of('copies.gathered', step)?.folder ?? gather(means, joining);
  const folder = `${made.base}-joined`;
  const folderOf = (branch: string): string => made.copies.find((copy) => copy.branch === branch)?.folder ?? '';
  const branches = done.map(({ branch, changes }) => ({ branch, changes, folder: folderOf(branch) }));
  const hasBegun = (key: string): boolean => journal.started(key) !== undefined;
  const change = means.newChangeId();
  const fillFolder = async (place: string): Promise<void> => {
    const { snapshots } = workspace;
    const reason = `copies of ${step} conflict`;
    const id = await snapshots.begin({ sessionId: journal.sessionId, runId: change, reason });
    await snapshots.end(id);
    mkdirSync(place, { recursive: true });
    await snapshots.materialise(id, place);
  };
  const folders = { base: made.base, checkout: means.cwd, ours: gathered, folder };
  const plan: JoinPlan = { step, ...folders, branches, rule, crew, crewIn, hasBegun, fillFolder };
  const { files, kept, problem } = await planJoin(plan);
  const event = { type: 'copies.joined' as const, step, change, folder, files, kept };
  return journal.note(problem === undefined ? event : { ...event, problem });
}

/** What branches changed, as it stands in the checkout now, kept: whoever decides on a conflict decides on these. */
function gather(means: CopyMeans, { step, done }: Joining): string {
  const { journal, cwd } = means;
  const folder = means.makeFolder(nameOf(means, step, 'gathered'));
  const paths = new Set(done.flatMap(({ changes }) => changes).filter(isInner));
  for (const path of paths) if (Buffer.isBuffer(fileIn(cwd, path))) bringOver(cwd, folder, path);
  return journal.note({ type: 'copies.gathered', step, folder }).folder;
}

/** Writes what was decided. What was written before a crash is left as it is; what somebody changed since is not touched. */
async function apply(
  { journal, cwd }: CopyMeans,
  step: string,
  { change, folder, files }: Joined,
  { snapshots }: Workspace,
): Promise<void> {
  await snapshots.recover();
  const standing = files.map((file) => ({ ...file, now: hashIn(cwd, file.path) }));
  const strange = standing.filter(({ now, before, after }) => now !== before && now !== after);
  if (strange.length > 0) {
    const paths = strange.map(({ path }) => path).join(', ');
    const advice = `put it back as it was and go on, or take what you want from ${folder}`;
    throw new WorkStopped(
      'interrupted',
      `${paths} changed while the copies of ${step} came together; nothing was written: ${advice}`,
    );
  }
  const open = standing.filter(({ now, after }) => now !== after).map(({ path }) => path);
  if (open.length > 0) {
    const { sessionId } = journal;
    const id = await snapshots.begin({ sessionId, runId: change, reason: `copies of ${step} merged`, paths: open });
    try {
      for (const path of open) bringOver(folder, cwd, path);
    } finally {
      await snapshots.end(id);
    }
  }
  journal.note({ type: 'copies.applied', step });
}

/** Removes what is of no use any more: never a copy of which something was not taken. */
async function cleanUp(
  { made, done }: Joining,
  { kept, folder, problem }: Joined,
  gathered: string | undefined,
): Promise<void> {
  const stays = new Set(kept.map((copy) => copy.folder));
  const isDone = (branch: string): boolean => done.some((one) => one.branch === branch);
  const copies = made.copies.filter((copy) => isDone(copy.branch) && !stays.has(copy.folder) && problem === undefined);
  const merges = made.copies.map((copy) => `${copy.folder}-merge`);
  const folders = [
    ...copies.map((copy) => copy.folder),
    ...merges,
    made.base,
    folder,
    ...(gathered === undefined ? [] : [gathered]),
  ];
  await removeAll(folders);
}

async function removeAll(folders: readonly string[]): Promise<void> {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

function resultOf({ journal }: CopyMeans, { step }: Joining, { files, kept, problem }: Joined): StepResult {
  const costs = journal.past.flatMap((event) =>
    event.type === 'step.finished' && event.step.startsWith(`${step}~`) && event.step.endsWith('.merge')
      ? [event.result.costMicroUsd]
      : [],
  );
  const costMicroUsd = costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  const stays = kept.map(
    ({ branch, folder, paths }) => `${paths.join(', ')} of ${branch} was not taken, and stays in ${folder}`,
  );
  const words = [problem ?? `${files.length} files of the copies were merged`, ...stays].join('; ');
  if (problem !== undefined) return { ...failedStep(words), costMicroUsd };
  return decided('', words, { costMicroUsd, changes: files.map(({ path }) => path) });
}
