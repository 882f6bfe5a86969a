// One turn of one candidate: told what it needs, watched while it works, stopped early where it is weak, and scored.
import { type AtWork, countTests, posteriorOf, weakReason } from '@monkey-coder/agents';
import { type Event, errorMessage, type Outcome, type Task } from '@monkey-coder/protocol';
import { evidenceOf, type Scored } from './candidate-evidence.ts';
import {
  brokenDown,
  type CandidateReport,
  type Exploration,
  expected,
  ownTask,
  type Place,
  type SessionPlace,
} from './exploration.ts';
import { heldAgainstOldTests } from './old-tests.ts';

/** What a turn begins with. */
export interface Turn {
  readonly exploration: Exploration;
  readonly round: number;
  readonly place: Place;
  /** What the candidate had made of it in the rounds before. */
  readonly earlier: Scored | undefined;
  readonly prompt: string;
  readonly share: Task['limits'];
  /** Those of this round that ended already; this turn adds itself. */
  readonly done: Scored[];
  /** Those of this round that are at work: each is looked at again when another one ends. */
  readonly atWork: Set<Watch>;
}

/** Runs the turn, goes on with it after a crash, or takes it from the record. */
export async function takeTurn(turn: Turn): Promise<Scored> {
  const { place, earlier, round, done } = turn;
  const { run } = turn.exploration;
  const known = scoredBefore(turn);
  const where = known === undefined ? place : { ...place, folder: known.folder };
  const report = withEarlier(known ?? (await runWatched(turn)), earlier);
  const scored = await heldAgainstOldTests(turn.exploration, evidenceOf(where, report, earlier), round);
  done.push(scored);
  for (const watch of turn.atWork) watch.look();
  // What was at work when a person stopped the run is not done: it goes on with the run.
  const isCutOff = run.connection.signal.aborted && scored.outcome.status === 'interrupted';
  if (known === undefined && !isCutOff) recordScore(turn.exploration, scored, round);
  return scored;
}

/** Who answers with words stands where it stood. */
function withEarlier(report: CandidateReport, earlier: Scored | undefined): CandidateReport {
  const { outcome } = report;
  if (earlier === undefined || earlier.changes.length === 0 || outcome.status !== 'nothing-done') return report;
  const { status, reason } = earlier.outcome;
  const isSaid = reason.endsWith(nothingMore);
  return { ...report, outcome: { ...outcome, status, reason: isSaid ? reason : `${reason}${nothingMore}` } };
}

const nothingMore = '; told so, it changed nothing more';

/** Records what a turn came to, and shares why it was not enough. */
export function recordScore({ run, findings }: Exploration, scored: Scored, round: number): void {
  const { candidate, folder, outcome } = scored;
  run.recorder.record({
    type: 'candidate.scored',
    candidate,
    round,
    folder,
    candidateSession: scored.sessionId,
    outcome,
    posterior: posteriorOf(scored, expected(run)),
    cluster: scored.cluster,
  });
  // That somebody ran out of money, or was stopped, tells the others nothing.
  if (scored.isVerified || !telling.has(outcome.status)) return;
  const relation = outcome.status === 'verification-failed' ? 'fails-check' : 'dead-end';
  const about = relation === 'fails-check' ? 'the checks' : scored.approach;
  findings.share({ candidate, relation, about, evidence: scored.refused ?? outcome.reason });
}

const telling: ReadonlySet<Outcome['status']> = new Set(['verified', 'unverified', 'verification-failed', 'failed']);

async function runWatched(turn: Turn): Promise<CandidateReport> {
  const { exploration, round, place, share, prompt } = turn;
  const { run, means, findings } = exploration;
  const { candidate, folder } = place;
  const stopping = new AbortController();
  const watch = new Watch(turn, stopping);
  // One that cannot be run does not sink the others.
  const failed = (error: unknown): CandidateReport => ({ sessionId: '', outcome: brokenDown(errorMessage(error)) });
  let report: CandidateReport;
  turn.atWork.add(watch);
  try {
    report = await means.runCandidate(
      { ...ownTask(run, candidate), cwd: folder, limits: share, prompt },
      sessionOf(turn),
      {
        repairs: round === 1 ? 0 : run.settings.repairs,
        signal: AbortSignal.any([run.connection.signal, stopping.signal]),
        onEvent: (event) => watch.see(event),
        takeSteering: () => findings.takeFor(candidate),
      },
    );
  } catch (error) {
    report = failed(error);
  } finally {
    turn.atWork.delete(watch);
  }
  const outcome: Outcome = watch.stopped === undefined ? report.outcome : stoppedEarly(report.outcome, watch.stopped);
  exploration.spent.push(outcome);
  return { ...report, outcome };
}

/** The session of the turn, on record before anything happens in it: after a crash the one in which it was begun. */
function sessionOf({ exploration, round, place, earlier }: Turn): SessionPlace {
  const { run, means, tree } = exploration;
  const { candidate, folder, approach } = place;
  const begun = run.recorder.events.findLast(
    (event) =>
      event.type === 'candidate.started' &&
      event.candidate === candidate &&
      event.round === round &&
      event.folder === folder,
  );
  if (begun?.type === 'candidate.started' && begun.candidateSession !== undefined)
    return { sessionId: begun.candidateSession, afterSeq: begun.afterSeq ?? 0 };
  const isSame = earlier !== undefined && earlier.sessionId !== '' && earlier.folder === folder;
  const candidateSession = isSame ? earlier.sessionId : means.newSession(folder);
  const afterSeq = means.lastSeq(candidateSession);
  run.recorder.record({
    type: 'candidate.started',
    ...{ candidate, round, folder, approach, tree, candidateSession, afterSeq },
  });
  return { sessionId: candidateSession, afterSeq };
}

function stoppedEarly(outcome: Outcome, why: string): Outcome {
  return outcome.status === 'interrupted' ? { ...outcome, reason: `stopped early: ${why}` } : outcome;
}

/** Looks at a candidate while it works. */
export class Watch {
  readonly #turn: Turn;
  readonly #stopping: AbortController;
  readonly #failures: number[] = [];
  #turns = 0;
  stopped: string | undefined;

  constructor(turn: Turn, stopping: AbortController) {
    this.#turn = turn;
    this.#stopping = stopping;
  }

  see(event: Event): void {
    if (event.type === 'check.finished' && !event.receipt.passed) {
      const { tail, command } = event.receipt;
      this.#failures.push(countTests(tail)?.failed ?? 1);
      const { exploration, place } = this.#turn;
      const { candidate } = place;
      exploration.findings.share({ candidate, relation: 'fails-check', about: command, evidence: tail });
    }
    if (event.type !== 'model.ended') return;
    this.#turns += 1;
    this.look();
  }

  /** Stops it where it is weak beside those that ended. */
  look(): void {
    const mine: AtWork = { turns: this.#turns, failures: this.#failures };
    const done = this.#turn.done.map((one) => ({ ...one, turns: one.outcome.turns }));
    const why = weakReason(mine, done);
    if (why === undefined || this.stopped !== undefined) return;
    this.stopped = why;
    this.#stopping.abort();
  }
}

/** What a run that is gone on with after a crash has on record: no finished candidate is run again. */
function scoredBefore({
  exploration,
  place,
  round,
}: Turn): (CandidateReport & { readonly folder: string }) | undefined {
  for (const event of exploration.run.recorder.events)
    if (event.type === 'candidate.scored' && event.candidate === place.candidate && event.round === round) {
      exploration.spent.push(event.outcome);
      return { sessionId: event.candidateSession, outcome: event.outcome, folder: event.folder };
    }
  return undefined;
}
