// Brings a candidate's change into the user's checkout as one undoable step.
import { copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { type FileChange, MonkeyError } from '@monkey-coder/protocol';
import type { Scored } from './candidate-evidence.ts';
import type { RunContext } from './run-context.ts';

/** Applies all or, when a path is not allowed, nothing. Throws MonkeyError `permission.denied`. */
export async function applyCandidate(run: RunContext, { candidate, folder, changes }: Scored): Promise<void> {
  const { root, snapshots } = run.workspace;
  for (const change of changes) refuseOutside(root, folder, change);
  const paths = changes.map((change) => change.path);
  const { sessionId } = run.agentOptions;
  const reason = `apply candidate ${candidate}`;
  const snapshotId = await snapshots.begin({ sessionId, runId: run.runId, reason, paths });
  try {
    for (const change of changes) bring(root, folder, change);
  } finally {
    const callId = run.newId('call');
    for (const change of await snapshots.end(snapshotId))
      run.recorder.record({ type: 'file.changed', callId, snapshotId, change });
  }
}

function bring(root: string, folder: string, { path }: FileChange): void {
  const from = join(folder, path);
  const to = join(root, path);
  if (!existsSync(from)) {
    rmSync(to, { force: true });
    return;
  }
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
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
