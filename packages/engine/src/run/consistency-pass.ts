// The last pass of an improvisation: who won looks at its change once more, against the request and the code around it.
import { rmSync } from 'node:fs';
import { errorMessage } from '@monkey-coder/protocol';
import { bringOver } from './candidate-copies.ts';
import { evidenceOf, type Scored } from './candidate-evidence.ts';
import { freshCopy } from './candidate-places.ts';
import { type Exploration, ownTask, shareOf } from './exploration.ts';

const prompt =
  'Your change is proven and was chosen. One last pass, for consistency only: does it do all that the request says and nothing besides? Are names, errors, comments and style those of the code around it? Is anything left over that was only needed on the way? Correct what is not, change nothing else, and leave existing tests as they are. If all is well, say so and change nothing.';

/** The winner after its last pass; as it was before where the pass does not end proven. */
export async function consistencyPass(exploration: Exploration, winner: Scored): Promise<Scored> {
  const { run, means, spent } = exploration;
  if (winner.sessionId === '' || run.connection.signal.aborted) return winner;
  const kept = await freshCopy(exploration, 'kept');
  for (const { path } of winner.changes) bringOver(winner.folder, kept, path);
  try {
    const report = await means.runCandidate(
      { ...ownTask(run, winner.candidate), cwd: winner.folder, limits: shareOf(exploration, 1), prompt },
      { kind: 'resume', sessionId: winner.sessionId },
      { repairs: 1, signal: run.connection.signal, onEvent: () => undefined, takeSteering: () => [] },
    );
    spent.push(report.outcome);
    if (report.outcome.changes.length === 0) return winner;
    const after = evidenceOf(winner, report, winner, run.task);
    if (after.isVerified) return { ...winner, changes: after.changes, changedLines: after.changedLines };
    for (const { path } of after.changes) bringOver(kept, winner.folder, path);
    return winner;
  } catch (error) {
    const text = `the last pass came to nothing: ${errorMessage(error)}`;
    run.recorder.record({ type: 'notice', level: 'warning', code: 'explore.last-pass', text });
    for (const { path } of winner.changes) bringOver(kept, winner.folder, path);
    return winner;
  } finally {
    rmSync(kept, { recursive: true, force: true });
  }
}
