// An exploration: several candidates in folders of their own, halved by what their checks say; only a proven change is applied.
//
// Each candidate is a whole run of the engine, with its own session, its share of the money and a copy of the user's files as they
// are (dependencies linked in). They tell each other what they find, weak ones are stopped early, two partial ones may be combined.
// The checkout is touched once, by one undoable step, and the checks then judge it there again.
import { survivorsOf } from '@monkey-coder/agents';
import type { Outcome } from '@monkey-coder/protocol';
import type { Scored } from './candidate-evidence.ts';
import { FindingList } from './candidate-findings.ts';
import { placeOf, snapshotBase, treeAtFirst } from './candidate-places.ts';
import { takeTurn } from './candidate-turn.ts';
import { conclude } from './conclude-exploration.ts';
import { type Exploration, type ExploreMeans, expected, rounds, shareOf } from './exploration.ts';
import type { RunContext } from './run-context.ts';

/** Candidates at work at once. */
const atOnce = 4;

const usualApproaches = [
  'Find the most direct change that fulfils the request.',
  'Before changing anything, list the cases at the edges (empty, first, last, equal, missing) and let them lead you.',
  'Write down the rule the tests and the text imply, derive the code from it, and distrust what stands there.',
  'Trace one failing case by hand from input to output, and change where the value first goes wrong.',
];

/** Explores with the task's candidates and ends the run. Candidates have conversations of their own. */
export async function explore(run: RunContext, means: ExploreMeans): Promise<Outcome> {
  const exploration: Exploration = {
    ...{ run, means, count: Math.max(1, run.task.candidates ?? 1), spent: [] },
    tree: treeAtFirst(run) ?? (await run.workspace.snapshots.treeHash()),
    base: await snapshotBase(run),
    findings: new FindingList((finding) => run.recorder.record({ type: 'finding.shared', ...finding })),
  };
  let scored: Scored[] = [];
  for (let round = 1; round <= rounds && !run.connection.signal.aborted; round += 1) {
    const found = await playRound(exploration, round, scored);
    scored = [...scored.filter((old) => !found.some((one) => one.candidate === old.candidate)), ...found];
    if (scored.some((one) => one.isVerified)) break;
  }
  return conclude(exploration, await compared(exploration, scored));
}

/** All candidates of a round, or those that go on. */
async function playRound(exploration: Exploration, round: number, scored: readonly Scored[]): Promise<Scored[]> {
  const { run, count } = exploration;
  const survivors = round === 1 ? undefined : new Set(survivorsOf(scored, expected(run)).map((one) => one.candidate));
  const numbers = Array.from({ length: count }, (_, at) => at + 1).filter((n) => survivors?.has(n) ?? true);
  const share = shareOf(run, numbers.length);
  const done: Scored[] = [];
  return inTurns(numbers, async (candidate) => {
    const earlier = scored.find((one) => one.candidate === candidate);
    const approach = usualApproaches[(candidate - 1) % usualApproaches.length] ?? '';
    const place = earlier ?? (await placeOf(exploration, candidate, approach));
    const prompt = round === 1 ? firstPrompt(exploration, candidate, place.approach) : nextPrompt(candidate, scored);
    return takeTurn({ exploration, round, place, earlier, prompt, share, done });
  });
}

/** Where the checks accept changes that differ: how they behave where the checks do not look. */
async function compared(exploration: Exploration, scored: readonly Scored[]): Promise<readonly Scored[]> {
  if (new Set(scored.filter((one) => one.isVerified).map((one) => one.cluster)).size < 2) return scored;
  const { compareCandidates } = await import('./compare-candidates.ts');
  return compareCandidates(exploration, scored);
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}

function firstPrompt({ run, count }: Exploration, candidate: number, approach: string): string {
  return `${run.task.prompt}\n\n(Candidate ${candidate} of ${count}: others try the same in other ways. ${approach} Leave existing tests as they are.)`;
}

/** What the candidate's own checks and those of the others said. */
function nextPrompt(candidate: number, scored: readonly Scored[]): string {
  const own = scored.find((one) => one.candidate === candidate);
  const tail = own?.outcome.receipts.findLast((receipt) => !receipt.passed)?.tail ?? own?.outcome.reason ?? '';
  const others = scored
    .filter((one) => one.candidate !== candidate)
    .map(
      (one) =>
        `- another candidate changed ${one.changes.map((change) => change.path).join(', ') || 'nothing'}: ${one.outcome.reason}`,
    );
  const findings = [
    `Your last check said:\n${own?.refused ?? tail}`,
    ...(others.length === 0 ? [] : ['What others found:', ...others]),
  ].join('\n');
  return `The checks do not prove your change yet. Find the cause and fix it; do not weaken the checks.\n\n${findings}`;
}
