// The end of an exploration: one proven change is chosen, applied in one step and judged again where it was applied, or none is.
import { chooseCandidate } from '@monkey-coder/agents';
import type { Outcome } from '@monkey-coder/protocol';
import type { Verification } from '../outcome/judge.ts';
import { foldRunFacts } from '../outcome/run-facts.ts';
import { finish, verifyWhenDone } from '../run/execute-run.ts';
import { applyCandidate, mayApply } from './apply-candidate.ts';
import type { Scored } from './candidate-evidence.ts';
import { sideBySide } from './evidence-table.ts';
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
    run.recorder.record({ type: 'candidate.chosen', reason, evidence: sideBySide(run, scored, undefined) });
    const failure: Verification = { kind: 'failed', reason, feedback: reason };
    return finish(run, { kind: 'finished', text: sideBySide(run, scored, undefined) }, failure, spent);
  };
  if (run.connection.signal.aborted) return refuse('stopped before a candidate was chosen; nothing was applied');
  if (winner === undefined) return refuse(`none of ${scored.length} candidates is proven; nothing was applied`);
  if (!(await mayApply(exploration, winner)))
    return refuse(
      `your files are no longer those the candidates began with; they are left as they are (the proven change is in ${winner.folder})`,
    );
  await applyCandidate(run, winner);
  const evidence = sideBySide(run, scored, winner.candidate);
  const stop = {
    kind: 'finished',
    text: `${winner.outcome.text}\n\n${evidence}`,
  } as const;
  const verification = await verifyWhenDone(run, stop, foldRunFacts(run.recorder.events));
  if (verification.kind === 'passed') {
    const reason = `candidate ${winner.candidate}: ${verification.reason}`;
    run.recorder.record({ type: 'candidate.chosen', candidate: winner.candidate, reason, evidence });
    return finish(run, stop, { kind: 'passed', reason }, spent);
  }
  const said = verification.kind === 'none' ? 'it changed nothing' : verification.reason;
  const reason = `candidate ${winner.candidate} was proven in its folder but not in the checkout: ${said} (its change stands; monkey undo takes it back)`;
  run.recorder.record({ type: 'candidate.chosen', reason, evidence });
  return finish(run, stop, verification.kind === 'none' ? verification : { ...verification, reason }, spent);
}
