// Brings a candidate's change into the user's checkout as one undoable step.
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { type FileChange, MonkeyError } from '@monkey-coder/protocol';
import { bringOver } from '../outcome/copy-files.ts';
import type { RunContext } from '../parts/run-context.ts';
import type { Scored } from './candidate-evidence.ts';
import { newCopy } from './candidate-places.ts';
import type { Exploration } from './exploration.ts';

const reasonOf = (candidate: number): string => `apply candidate ${candidate}`;

/**
 * Whether the user's files are those that the candidates began with. Where a crash cut the application off: whether each file of
 * the change is as it was or as it is to be, so that the rest can be applied.
 */
export async function mayApply(exploration: Exploration, winner: Scored): Promise<boolean> {
  const { run, tree } = exploration;
  const { snapshots, root } = run.workspace;
  if ((await snapshots.treeHash()) === tree) return true;
  const { sessionId } = run.agentOptions;
  const isBegun = (await snapshots.list({ sessionId })).some(
    (step) => step.runId === run.runId && step.reason === reasonOf(winner.candidate) && step.state !== 'undone',
  );
  if (!isBegun) return false;
  const before = await newCopy(exploration, 'compare');
  return winner.changes.every(({ path }) => {
    const now = bytesOf(root, path);
    return [bytesOf(before, path), bytesOf(winner.folder, path)].some((one) => isSame(one, now));
  });
}

function bytesOf(folder: string, path: string): Buffer | undefined {
  const file = join(folder, path);
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/** Applies all or, when a path is not allowed, nothing. Throws MonkeyError `permission.denied`. */
export async function applyCandidate(run: RunContext, { candidate, folder, changes }: Scored): Promise<void> {
  const { root, snapshots } = run.workspace;
  for (const change of changes) refuseOutside(root, folder, change);
  const paths = changes.map((change) => change.path);
  const { sessionId } = run.agentOptions;
  const reason = reasonOf(candidate);
  const snapshotId = await snapshots.begin({ sessionId, runId: run.runId, reason, paths });
  try {
    for (const { path } of changes) bringOver(folder, root, path);
  } finally {
    const callId = run.newId('call');
    for (const change of await snapshots.end(snapshotId))
      run.recorder.record({ type: 'file.changed', callId, snapshotId, change });
  }
}

/** Only plain files below the root, reached through no link that leads out of it. */
function refuseOutside(root: string, folder: string, { path }: FileChange): void {
  const refuse = (why: string): never => {
    throw new MonkeyError('permission.denied', `the candidate's ${path} is not applied: ${why}`);
  };
  if (isAbsolute(path) || path.split('/').some((part) => part === '..' || part === '.git'))
    refuse('not a path below the folder');
  for (const [base, name] of [
    [root, 'checkout'],
    [folder, 'candidate'],
  ] as const) {
    const file = lstatSync(join(base, path), { throwIfNoEntry: false });
    if (file !== undefined && !file.isFile()) refuse(`not a plain file in the ${name}`);
    let parent = dirname(join(base, path));
    while (!existsSync(parent)) parent = dirname(parent);
    const real = realpathSync(parent);
    const realBase = realpathSync(base);
    if (real !== realBase && !real.startsWith(realBase + sep)) refuse(`a link leads out of the ${name}`);
  }
}
