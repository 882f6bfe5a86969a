// The end of an exploration: one proven change is chosen, applied in one step and judged again where it was applied, or none is.
import { chooseCandidate } from '@monkey-coder/agents';
import type { Outcome } from '@monkey-coder/protocol';
import type { Verification } from '../outcome/judge.ts';
import { foldRunFacts } from '../outcome/run-facts.ts';
import { applyCandidate, mayApply } from './apply-candidate.ts';
import type { Scored } from './candidate-evidence.ts';
import { finish, verifyWhenDone } from './execute-run.ts';
import type { Exploration } from './exploration.ts';

/** The candidate to take; undefined where none is proven. */
export function winnerOf(scored: readonly Scored[]): Scored | undefined {
  const chosen = chooseCandidate(scored);
  return scored.find((one) => one.candidate === chosen?.candidate);
}

/** Chooses, applies, verifies and ends the run. */
export async function conclude(exploration: Exploration, scored: readonly Scored[]): Promise<Outcome> {
  const { run, spent } = exploration;
  const winner = winnerOf(scored);
  const refuse = (reason: string): Outcome => {
    run.recorder.record({ type: 'candidate.chosen', reason });
    const failure: Verification = { kind: 'failed', reason, feedback: reason };
    return finish(run, { kind: 'finished', text: sideBySide(scored) }, failure, spent);
  };
  if (run.connection.signal.aborted) return refuse('stopped before a candidate was chosen; nothing was applied');
  if (winner === undefined) return refuse(`none of ${scored.length} candidates is proven; nothing was applied`);
  if (!(await mayApply(exploration, winner)))
    return refuse(
      `your files are no longer those the candidates began with; they are left as they are (the proven change is in ${winner.folder})`,
    );
  await applyCandidate(run, winner);
  const stop = { kind: 'finished', text: `${winner.outcome.text}\n\n${sideBySide(scored)}` } as const;
  const verification = await verifyWhenDone(run, stop, foldRunFacts(run.recorder.events));
  if (verification.kind === 'passed') {
    const reason = `candidate ${winner.candidate}: ${verification.reason}`;
    run.recorder.record({ type: 'candidate.chosen', candidate: winner.candidate, reason });
    return finish(run, stop, { kind: 'passed', reason }, spent);
  }
  const said = verification.kind === 'none' ? 'it changed nothing' : verification.reason;
  const reason = `candidate ${winner.candidate} was proven in its folder but not in the checkout: ${said} (its change stands; monkey undo takes it back)`;
  run.recorder.record({ type: 'candidate.chosen', reason });
  return finish(run, stop, verification.kind === 'none' ? verification : { ...verification, reason }, spent);
}

/** The evidence of all candidates, one a line. */
function sideBySide(scored: readonly Scored[]): string {
  return [...scored]
    .sort((a, b) => a.candidate - b.candidate)
    .map((one) => `candidate ${one.candidate}: ${evidenceText(one)} · ${one.folder}`)
    .join('\n');
}

function evidenceText(one: Scored): string {
  const { outcome, refused, agreement, keptTests, changedLines, isVerified, failing, noticed, review } = one;
  const more = [
    ...(failing.length > 1 ? [`failing over time ${failing.join(' → ')}`] : []),
    ...(agreement === undefined || !isVerified ? [] : [`behaves as ${Math.round(agreement * 100)} % of the others do`]),
    ...(keptTests === undefined ? [] : [`${keptTests.passed} of ${keptTests.of} tests written for it pass`]),
    ...(noticed === undefined ? [] : [`the tests notice ${Math.round(noticed * 100)} % of wrong versions of it`]),
    ...(review === undefined ? [] : [`a reviewer gives it ${Math.round(review * 10)} of 10`]),
    ...(isVerified ? [`${changedLines} lines`] : []),
  ];
  return [`${outcome.status}, ${refused ?? outcome.reason}`, ...more].join('; ');
}
