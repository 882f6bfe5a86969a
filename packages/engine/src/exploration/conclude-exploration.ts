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
  const unchanged = withoutChanges(scored);
  if (run.connection.signal.aborted) return refuse('stopped before a candidate was chosen; nothing was applied');
  if (unchanged !== undefined) {
    const reason = 'no candidate changed a file; nothing was applied';
    const evidence = sideBySide(run, scored, undefined);
    run.recorder.record({ type: 'candidate.chosen', reason, evidence, text: unchanged });
    return finish(run, { kind: 'finished', text: `${unchanged}\n\n${evidence}` }, { kind: 'none' }, spent);
  }
  if (winner === undefined) return refuse(`none of ${scored.length} candidates is proven; nothing was applied`);
  if (!(await mayApply(exploration, winner)))
    return refuse(
      `your files are no longer those the candidates began with; they are left as they are (the proven change is in ${winner.folder})`,
    );
  await applyCandidate(run, winner);
  const evidence = sideBySide(run, scored, winner.candidate);
  const { text } = winner.outcome;
  const stop = { kind: 'finished', text: `${text}\n\n${evidence}` } as const;
  const verification = await verifyWhenDone(run, stop, foldRunFacts(run.recorder.events));
  if (verification.kind === 'passed') {
    const reason = `candidate ${winner.candidate}: ${verification.reason}`;
    run.recorder.record({ type: 'candidate.chosen', candidate: winner.candidate, reason, evidence, text });
    return finish(run, stop, { kind: 'passed', reason }, spent);
  }
  const said = verification.kind === 'none' ? 'it changed nothing' : verification.reason;
  const reason = `candidate ${winner.candidate} was proven in its folder but not in the checkout: ${said} (its change stands; monkey undo takes it back)`;
  run.recorder.record({ type: 'candidate.chosen', reason, evidence, text });
  return finish(run, stop, verification.kind === 'none' ? verification : { ...verification, reason }, spent);
}

/** What they said where all came to an end and none changed a file: the answer of the first; undefined otherwise. */
function withoutChanges(scored: readonly Scored[]): string | undefined {
  const isAnswer = ({ changes, outcome }: Scored): boolean =>
    changes.length === 0 && (outcome.status === 'nothing-done' || outcome.status === 'answered');
  return scored.length > 0 && scored.every(isAnswer)
    ? scored.toSorted((a, b) => a.candidate - b.candidate)[0]?.outcome.text
    : undefined;
}
