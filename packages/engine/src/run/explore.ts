// An exploration: several candidates in folders of their own, halved by what their checks say; only a proven change is applied.
//
// Each candidate is a whole run of the engine, with its own session, its share of the money and a copy of the user's files as they
// are (dependencies linked in). The checkout is touched once, by one undoable step, and the checks then judge it there again.
import { chooseCandidate, posteriorOf, survivorsOf } from '@monkey-coder/agents';
import { type Event, errorMessage, type Outcome, type Task } from '@monkey-coder/protocol';
import type { SessionChoice } from '../engine.ts';
import type { Verification } from '../outcome/judge.ts';
import { foldRunFacts } from '../outcome/run-facts.ts';
import { applyCandidate } from './apply-candidate.ts';
import { evidenceOf, type Scored } from './candidate-evidence.ts';
import { finish, verifyWhenDone } from './execute-run.ts';
import type { ProbePlace } from './probe-behaviour.ts';
import type { RunContext } from './run-context.ts';

/** What an exploration needs from the engine. */
export interface ExploreMeans {
  /** Runs one candidate in its folder. `repairs`: how often failing checks go back to it. */
  readonly runCandidate: (task: Task, session: SessionChoice, repairs: number) => Promise<CandidateReport>;
  /** Makes and names an empty folder below the data folder, for files of a candidate. */
  readonly makeFolder: (name: string) => string;
}

/** What a candidate's run leaves. */
export interface CandidateReport {
  readonly sessionId: string;
  readonly outcome: Outcome;
}

/** Candidates at work at once. */
const atOnce = 4;
const rounds = 2;

const approaches = [
  'Find the most direct change that fulfils the request.',
  'Before changing anything, list the cases at the edges (empty, first, last, equal, missing) and let them lead you.',
  'Write down the rule the tests and the text imply, derive the code from it, and distrust what stands there.',
  'Trace one failing case by hand from input to output, and change where the value first goes wrong.',
];

interface Place {
  readonly candidate: number;
  readonly folder: string;
  readonly approach: string;
}

/** Explores `count` candidates and ends the run. Candidates have conversations of their own. */
export async function explore(run: RunContext, means: ExploreMeans): Promise<Outcome> {
  const count = Math.max(1, run.task.candidates ?? 1);
  const tree = treeAtFirst(run) ?? (await run.workspace.snapshots.treeHash());
  const base = await snapshotBase(run);
  let scored: Scored[] = [];
  const spent: Outcome[] = [];
  for (let round = 1; round <= rounds && !run.connection.signal.aborted; round += 1) {
    const survivors = round === 1 ? undefined : new Set(survivorsOf(scored, expected(run)).map((one) => one.candidate));
    const places = Array.from({ length: count }, (_, at) => at + 1).filter((n) => survivors?.has(n) ?? true);
    const share = shareOf(run, places.length);
    const found = await inTurns(places, async (candidate) => {
      const earlier = scored.find((one) => one.candidate === candidate);
      const place: Place = earlier ?? (await placeOf(run, base, candidate, means));
      return runOne({
        run,
        means,
        round,
        place,
        earlier,
        count,
        tree,
        share,
        findings: findingsFor(candidate, scored),
      });
    });
    spent.push(...found.map((one) => one.outcome));
    scored = [...scored.filter((old) => !found.some((one) => one.candidate === old.candidate)), ...found];
    if (scored.some((one) => one.isVerified)) break;
  }
  scored = await compared(run, scored, { base, makeFolder: means.makeFolder });
  return conclude(run, scored, spent, tree);
}

/** Where the checks accept changes that differ: how they behave where the checks do not look. */
async function compared(run: RunContext, scored: readonly Scored[], place: ProbePlace): Promise<Scored[]> {
  if (new Set(scored.filter((one) => one.isVerified).map((one) => one.cluster)).size < 2) return [...scored];
  const { probeBehaviour } = await import('./probe-behaviour.ts');
  const standings = await probeBehaviour(run, scored, place);
  return scored.map((one) => {
    const standing = standings.get(one.candidate);
    return standing === undefined ? one : { ...one, agreement: standing.agreement, cluster: standing.behaviour };
  });
}

/** The files that the candidates of a run that was cut off began with. */
function treeAtFirst(run: RunContext): string | undefined {
  const first = run.recorder.events.find((event: Event) => event.type === 'candidate.started');
  return first?.type === 'candidate.started' ? first.tree : undefined;
}

async function snapshotBase(run: RunContext): Promise<string> {
  const { snapshots } = run.workspace;
  const { sessionId } = run.agentOptions;
  const id = await snapshots.begin({ sessionId, runId: run.runId, reason: 'where the candidates begin' });
  await snapshots.end(id);
  return id;
}

async function placeOf(run: RunContext, base: string, candidate: number, means: ExploreMeans): Promise<Place> {
  const approach = approaches[(candidate - 1) % approaches.length] ?? '';
  const known = run.recorder.events.find((event) => event.type === 'candidate.scored' && event.candidate === candidate);
  if (known?.type === 'candidate.scored') return { candidate, folder: known.folder, approach };
  const folder = means.makeFolder(`${run.newId('run')}-${candidate}`);
  await run.workspace.snapshots.materialise(base, folder);
  return { candidate, folder, approach };
}

/** Half of the money for each round, in equal parts: all candidates together stay below the run's own cap. */
function shareOf(run: RunContext, places: number): Task['limits'] {
  const { maxCostMicroUsd, ...limits } = run.agentOptions.limits;
  if (maxCostMicroUsd === undefined) return limits;
  return { ...limits, maxCostMicroUsd: Math.floor(maxCostMicroUsd / rounds / places) };
}

/** The chance of success that was foreseen; even where nothing was. */
function expected(run: RunContext): number {
  const started = run.recorder.events.find((event: Event) => event.type === 'run.started');
  return (started?.type === 'run.started' ? started.quote.forecast?.success.mean : undefined) ?? 0.5;
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}

interface Attempt {
  readonly run: RunContext;
  readonly means: ExploreMeans;
  readonly round: number;
  readonly place: Place;
  readonly earlier: Scored | undefined;
  readonly count: number;
  readonly tree: string;
  readonly share: Task['limits'];
  readonly findings: string;
}

async function runOne(attempt: Attempt): Promise<Scored> {
  const { run, means, round, place, earlier, share } = attempt;
  const { candidate, folder, approach } = place;
  const known = scoredBefore(run, candidate, round);
  if (known !== undefined) return evidenceOf(place, known, earlier?.changes ?? []);
  run.recorder.record({ type: 'candidate.started', candidate, round, folder, approach, tree: attempt.tree });
  const { candidates: _count, strategy: _strategy, candidateModels, ...task } = run.task;
  const model = candidateModels?.[candidate - 1];
  const report = await means
    .runCandidate(
      {
        ...task,
        ...(model === undefined ? {} : { model }),
        cwd: folder,
        addDirs: [],
        limits: share,
        prompt: promptOf(attempt),
      },
      earlier?.sessionId ? { kind: 'resume', sessionId: earlier.sessionId } : { kind: 'new' },
      round === 1 ? 0 : run.settings.repairs,
    )
    // One that cannot be run does not sink the others.
    .catch((error: unknown) => ({ sessionId: '', outcome: brokenDown(errorMessage(error)) }));
  const scored = evidenceOf(place, report, earlier?.changes ?? []);
  const posterior = posteriorOf(scored, expected(run));
  const { outcome } = report;
  run.recorder.record({
    type: 'candidate.scored',
    candidate,
    round,
    folder,
    candidateSession: report.sessionId,
    outcome,
    posterior,
    cluster: scored.cluster,
  });
  if (!scored.isVerified) {
    const relation = outcome.status === 'verification-failed' ? 'fails-check' : 'dead-end';
    run.recorder.record({ type: 'finding.shared', candidate, relation, evidence: outcome.reason });
  }
  return scored;
}

/** What a run that is gone on with after a crash has on record: no finished candidate is run again. */
function scoredBefore(run: RunContext, candidate: number, round: number): CandidateReport | undefined {
  for (const event of run.recorder.events)
    if (event.type === 'candidate.scored' && event.candidate === candidate && event.round === round)
      return { sessionId: event.candidateSession, outcome: event.outcome };
  return undefined;
}

function promptOf({ run, round, place, count, findings }: Attempt): string {
  if (round > 1)
    return `The checks do not prove your change yet. Find the cause and fix it; do not weaken the checks.\n\n${findings}`;
  return `${run.task.prompt}\n\n(Candidate ${place.candidate} of ${count}: others try the same in other ways. ${place.approach} Leave existing tests as they are.)`;
}

/** What the candidate's own checks and those of the others said, as the next round is told. */
function findingsFor(candidate: number, scored: readonly Scored[]): string {
  const own = scored.find((one) => one.candidate === candidate);
  const tail = own?.outcome.receipts.findLast((receipt) => !receipt.passed)?.tail ?? own?.outcome.reason ?? '';
  const others = scored
    .filter((one) => one.candidate !== candidate)
    .map(
      (one) =>
        `- another candidate changed ${one.changes.map((change) => change.path).join(', ') || 'nothing'}: ${one.outcome.reason}`,
    );
  return [`Your last check said:\n${tail}`, ...(others.length === 0 ? [] : ['What others found:', ...others])].join(
    '\n',
  );
}

function brokenDown(reason: string): Outcome {
  return {
    status: 'failed',
    reason,
    text: '',
    receipts: [],
    changes: [],
    turns: 0,
    usage: {
      inputTokens: 0,
      outputTokens: 0,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      estimated: false,
    },
    costMicroUsd: 0,
    durationMs: 0,
    denials: [],
  };
}

async function conclude(
  run: RunContext,
  scored: readonly Scored[],
  spent: readonly Outcome[],
  tree: string,
): Promise<Outcome> {
  const chosen = chooseCandidate(scored);
  const winner = scored.find((one) => one.candidate === chosen?.candidate);
  const refuse = (reason: string): Outcome => {
    run.recorder.record({ type: 'candidate.chosen', reason });
    const failure: Verification = { kind: 'failed', reason, feedback: reason };
    return finish(run, { kind: 'finished', text: sideBySide(scored) }, failure, spent);
  };
  if (run.connection.signal.aborted) return refuse('stopped before a candidate was chosen; nothing was applied');
  if (winner === undefined) return refuse(`none of ${scored.length} candidates is proven; nothing was applied`);
  if ((await run.workspace.snapshots.treeHash()) !== tree)
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
    .map((one) => `candidate ${one.candidate}: ${one.outcome.status}, ${one.outcome.reason} · ${one.folder}`)
    .join('\n');
}
