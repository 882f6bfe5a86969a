// An exploration: several candidates in folders of their own, halved by what their checks say; only a proven change is applied.
//
// Each candidate is a whole run of the engine, with its own session, its share of the money and a copy of the user's files as they
// are (dependencies linked in). They tell each other what they find, weak ones are stopped early, two partial ones may be combined.
// Improvising, the approaches are ideas for the task; who gets nowhere with its own is given the next one and begins afresh, and
// the winner looks at its change once more. The checkout is touched once, by one undoable step, and the checks judge it there again.
import { isPlateau, survivorsOf } from '@monkey-coder/agents';
import type { Outcome } from '@monkey-coder/protocol';
import type { RunContext } from '../parts/run-context.ts';
import { roundsOf } from '../run/candidates-in-budget.ts';
import type { Scored } from './candidate-evidence.ts';
import { FindingList } from './candidate-findings.ts';
import { copyOf, dropHelpers, placeOf, snapshotBase, treeAtFirst } from './candidate-places.ts';
import { type Turn, takeTurn, type Watch } from './candidate-turn.ts';
import { conclude, winnerOf } from './conclude-exploration.ts';
import { approachesOf } from './draw-approaches.ts';
import { type Exploration, type ExploreMeans, expected, type Place, shareOf } from './exploration.ts';

/** Candidates at work at once. */
const atOnce = 4;

/** Explores with the task's candidates and ends the run. Candidates have conversations of their own. */
export async function explore(run: RunContext, means: ExploreMeans): Promise<Outcome> {
  const exploration = await begin(run, means);
  let scored: Scored[] = [];
  for (let round = 1; round <= exploration.rounds && !run.connection.signal.aborted; round += 1) {
    scored = replaced(scored, await playRound(exploration, round, scored));
    // An answer was wanted, and there are several.
    if (scored.some((one) => one.isVerified) || scored.every((one) => one.outcome.status === 'answered')) break;
    scored = replaced(scored, await combined(exploration, scored, round));
    if (scored.some((one) => one.isVerified)) break;
  }
  if (!run.connection.signal.aborted) {
    scored = [...(await compared(exploration, scored))];
    scored = replaced(scored, await lastPass(exploration, scored));
  }
  const outcome = await conclude(exploration, scored);
  // What a person stopped goes on with what there is.
  if (!run.connection.signal.aborted) dropHelpers(exploration);
  return outcome;
}

async function begin(run: RunContext, means: ExploreMeans): Promise<Exploration> {
  const spent: Outcome[] = [];
  const count = Math.max(1, run.task.candidates ?? 1);
  return {
    ...{ run, means, count, spent, rounds: roundsOf(run), nextIdea: count },
    tree: treeAtFirst(run) ?? (await run.workspace.snapshots.treeHash()),
    base: await snapshotBase(run),
    approaches: await approachesOf({ run, means, spent }, count),
    findings: new FindingList(run.recorder),
  };
}

function replaced(scored: readonly Scored[], by: readonly Scored[]): Scored[] {
  return [...scored.filter((old) => !by.some((one) => one.candidate === old.candidate)), ...by];
}

/** All candidates of a round, or those that go on. */
async function playRound(exploration: Exploration, round: number, scored: readonly Scored[]): Promise<Scored[]> {
  const { run, count } = exploration;
  const numbers =
    round === 1
      ? Array.from({ length: count }, (_, at) => at + 1)
      : survivorsOf(scored, expected(run)).map((one) => one.candidate);
  const share = shareOf(exploration, numbers.length, exploration.rounds - round + 1);
  const turns: Turn[] = [];
  const [done, atWork]: [Scored[], Set<Watch>] = [[], new Set()];
  // All places are made before anybody begins: where there is no room for one, nobody has been paid.
  for (const candidate of numbers) {
    const before = scored.find((one) => one.candidate === candidate);
    const anew = before === undefined ? undefined : await otherApproach(exploration, before, round);
    const earlier = anew === undefined ? before : undefined;
    const approach = exploration.approaches[candidate - 1] ?? '';
    const place = anew ?? earlier ?? (await placeOf(exploration, candidate, approach));
    const prompt = promptOf(exploration, { place, earlier, scored });
    turns.push({ exploration, round, place, earlier, prompt, share, done, atWork });
  }
  return inTurns(turns, takeTurn);
}

/** Improvising, who gets nowhere is given the next idea and begins with the files as they were. */
async function otherApproach(exploration: Exploration, before: Scored, round: number): Promise<Place | undefined> {
  const { run, approaches } = exploration;
  const approach = approaches[exploration.nextIdea];
  if (run.task.strategy !== 'improvise' || approach === undefined || !isPlateau(before.failing)) return undefined;
  exploration.nextIdea += 1;
  const { candidate } = before;
  exploration.findings.share({ candidate, relation: 'dead-end', about: before.approach, evidence: before.approach });
  return { candidate, folder: await copyOf(exploration, `${candidate}-${round}`), approach };
}

async function combined(exploration: Exploration, scored: readonly Scored[], round: number): Promise<Scored[]> {
  if (scored.filter((one) => one.outcome.status === 'verification-failed').length < 2) return [];
  const { combinedCandidate } = await import('./combine-candidates.ts');
  const combination = await combinedCandidate(exploration, scored, round);
  return combination === undefined ? [] : [combination];
}

/** Where the checks accept changes that differ: how they behave where the checks do not look. */
async function compared(exploration: Exploration, scored: readonly Scored[]): Promise<readonly Scored[]> {
  if (new Set(scored.filter((one) => one.isVerified).map((one) => one.cluster)).size < 2) return scored;
  const { compareCandidates } = await import('./compare-candidates.ts');
  return compareCandidates(exploration, scored);
}

async function lastPass(exploration: Exploration, scored: readonly Scored[]): Promise<Scored[]> {
  const winner = winnerOf(scored);
  if (exploration.run.task.strategy !== 'improvise' || winner === undefined) return [];
  const { consistencyPass } = await import('./consistency-pass.ts');
  return [await consistencyPass(exploration, winner)];
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}

interface Telling {
  readonly place: Place;
  readonly earlier: Scored | undefined;
  readonly scored: readonly Scored[];
}

/** The request with an approach, what the checks said, or both: who has no conversation of its own yet is told all of it. */
function promptOf({ run, count }: Exploration, { place, earlier, scored }: Telling): string {
  const { candidate, approach } = place;
  const first = `${run.task.prompt}\n\n(Candidate ${candidate} of ${count}: others try the same in other ways. ${approach} What existing tests say stays as it is; new ones may stand in their files.)`;
  const others = whatOthersFound(candidate, scored);
  if (earlier === undefined) return [first, ...others].join('\n\n');
  return [...(earlier.sessionId === '' ? [first] : []), ...whatIsMissing(earlier), ...others].join('\n\n');
}

/** Ends that say nothing of the work. */
const cutOff: ReadonlySet<Outcome['status']> = new Set(['out-of-budget', 'limit', 'interrupted', 'auth-failed']);

function whatIsMissing({ changes, outcome, refused }: Scored): string[] {
  if (cutOff.has(outcome.status)) return ['You were cut off before you were done: go on with the request.'];
  if (changes.length === 0)
    return [
      'You changed no file, so there is nothing to choose. Do in the files what the request says, or say why nothing is to be changed.',
    ];
  const tail = outcome.receipts.findLast((receipt) => !receipt.passed)?.tail ?? outcome.reason;
  return [
    'The checks do not prove your change yet. Find the cause and fix it; do not weaken the checks.',
    `Your last check said:\n${refused ?? tail}`,
  ];
}

function whatOthersFound(candidate: number, scored: readonly Scored[]): string[] {
  const lines = scored
    .filter((one) => one.candidate !== candidate && one.changes.length > 0)
    .map(
      (one) =>
        `- another candidate changed ${one.changes.map((change) => change.path).join(', ')}: ${one.outcome.reason}`,
    );
  return lines.length === 0 ? [] : [`What others found:\n${lines.join('\n')}`];
}
