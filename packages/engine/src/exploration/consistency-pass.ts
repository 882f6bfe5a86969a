// The last pass of an improvisation: who won looks at its change once more, against the request and the code around it.
import { existsSync } from 'node:fs';
import { errorMessage } from '@monkey-coder/protocol';
import { bringOver } from '../outcome/copy-files.ts';
import { evidenceOf, type Scored } from './candidate-evidence.ts';
import { helperFolder, newCopy } from './candidate-places.ts';
import { type Exploration, ownTask, shareOf } from './exploration.ts';
import { helperBefore, runHelper } from './helper-run.ts';
import { heldAgainstOldTests } from './old-tests.ts';

const prompt =
  'Your change is proven and was chosen. One last pass, for consistency only: does it do all that the request says and nothing besides? Are names, errors, comments and style those of the code around it? Is anything left over that was only needed on the way? Correct what is not, change nothing else, and leave what existing tests say as it is. If all is well, say so and change nothing.';

/** The winner after its last pass; as it was before where the pass does not end proven. */
export async function consistencyPass(exploration: Exploration, winner: Scored): Promise<Scored> {
  const { run } = exploration;
  if (winner.sessionId === '' || run.connection.signal.aborted) return winner;
  const kept = await keptAside(exploration, winner);
  try {
    const task = { ...ownTask(run, winner.candidate), cwd: winner.folder, limits: shareOf(exploration, 1), prompt };
    const { sessionId } = winner;
    const outcome = await runHelper(exploration, 'last-pass', task, { repairs: 1, sessionId });
    // What a person stopped is not judged: it goes on with the run.
    if (outcome.changes.length === 0 || run.connection.signal.aborted) return winner;
    const after = await heldAgainstOldTests(exploration, evidenceOf(winner, { sessionId, outcome }, winner), 'last');
    if (after.isVerified) return { ...winner, changes: after.changes, changedLines: after.changedLines };
    putBack(kept, winner, after);
  } catch (error) {
    const text = `the last pass came to nothing: ${errorMessage(error)}`;
    run.recorder.record({ type: 'notice', level: 'warning', code: 'explore.last-pass', text });
    putBack(kept, winner, winner);
  }
  return winner;
}

/** Makes the files of a change what they were; where the copy is gone, that was done before a crash. */
function putBack(kept: string, { folder }: Scored, { changes }: Scored): void {
  if (existsSync(kept)) for (const { path } of changes) bringOver(kept, folder, path);
}

/** The winner's files as they were proven; made before the pass begins, and after a crash the same. */
async function keptAside(exploration: Exploration, winner: Scored): Promise<string> {
  if (helperBefore(exploration, 'last-pass') !== undefined) return helperFolder(exploration, 'kept');
  const kept = await newCopy(exploration, 'kept');
  for (const { path } of winner.changes) bringOver(winner.folder, kept, path);
  return kept;
}
