// Puts two partial solutions together where their changes do not conflict, and keeps the combination when its checks say more for it.
import { rmSync } from 'node:fs';
import { posteriorOf } from '@monkey-coder/agents';
import type { FileChange, Outcome } from '@monkey-coder/protocol';
import { diffStat, merge3 } from '@monkey-coder/workspace';
import { fileIn, removeIn, textIn, writeIn } from '../outcome/copy-files.ts';
import { judge, type Verification } from '../outcome/judge.ts';
import { foldRunFacts, type RunFacts } from '../outcome/run-facts.ts';
import { verifyFiles } from '../run/execute-run.ts';
import { evidenceOf, type Scored } from './candidate-evidence.ts';
import { helperFolder, newCopy } from './candidate-places.ts';
import { recordScore } from './candidate-turn.ts';
import { comparedBefore } from './comparison-record.ts';
import { brokenDown, type Exploration, expected } from './exploration.ts';
import { heldAgainstOldTests } from './old-tests.ts';

/** Partial solutions that are paired, best first. */
const mostPaired = 3;

/** A candidate made of two others that fails less than either, numbered after all others; undefined where there is none. */
export async function combinedCandidate(
  exploration: Exploration,
  scored: readonly Scored[],
  round: number,
): Promise<Scored | undefined> {
  const known = combinedBefore(exploration, round);
  if (known !== undefined) return heldAgainstOldTests(exploration, known, round);
  const { run } = exploration;
  for (const [left, right] of pairsOf(scored, expected(run))) {
    if (run.connection.signal.aborted) return undefined;
    const by = `combination ${left.candidate}+${right.candidate}, round ${round}`;
    if (comparedBefore(run, by) !== undefined) continue;
    const combination = await combine(exploration, left, right, round);
    if (run.connection.signal.aborted) return undefined;
    if (combination !== undefined && isBetter(combination, left, right)) {
      recordScore(exploration, combination, round);
      return combination;
    }
    run.recorder.record({ type: 'candidates.compared', by, found: [] });
    if (combination !== undefined) rmSync(combination.folder, { recursive: true, force: true });
  }
  return undefined;
}

function isBetter(combination: Scored, left: Scored, right: Scored): boolean {
  return combination.isVerified || combination.failed < Math.min(left.failed, right.failed);
}

function combinedBefore({ run, count }: Exploration, round: number): Scored | undefined {
  const event = run.recorder.events.findLast(
    (one) => one.type === 'candidate.scored' && one.candidate === count + 1 && one.round === round,
  );
  if (event?.type !== 'candidate.scored') return undefined;
  const { candidate, folder, outcome } = event;
  return evidenceOf({ candidate, folder, approach: '' }, { sessionId: '', outcome }, undefined);
}

/** Pairs of the best that changed something, and not the same. */
function pairsOf(scored: readonly Scored[], mean: number): [Scored, Scored][] {
  const seen = new Set<string>();
  const best = scored
    .filter(
      (one) => one.changes.length > 0 && one.refused === undefined && one.outcome.status === 'verification-failed',
    )
    .sort((a, b) => posteriorOf(b, mean) - posteriorOf(a, mean) || a.candidate - b.candidate)
    .filter((one) => !seen.has(one.cluster) && seen.add(one.cluster))
    .slice(0, mostPaired);
  return best.flatMap((left, at) => best.slice(at + 1).map((right): [Scored, Scored] => [left, right]));
}

async function combine(
  exploration: Exploration,
  left: Scored,
  right: Scored,
  round: number,
): Promise<Scored | undefined> {
  const candidate = exploration.count + 1;
  const folder = await newCopy(exploration, `${left.candidate}+${right.candidate}-${round}`);
  const changes = mergeInto(folder, left, right);
  if (changes === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const text = `Candidates ${left.candidate} and ${right.candidate} put together.`;
  const outcome = await judged(exploration, folder, changes, text);
  const scored = evidenceOf({ candidate, folder, approach: text }, { sessionId: '', outcome }, undefined);
  return heldAgainstOldTests(exploration, scored, round);
}

/** Writes both changes into the copy; undefined, and possibly half written, where they conflict or one holds the other. */
function mergeInto(folder: string, left: Scored, right: Scored): FileChange[] | undefined {
  const paths = [...new Set([...left.changes, ...right.changes].map((change) => change.path))].sort();
  const changes: FileChange[] = [];
  let [differsLeft, differsRight] = [false, false];
  for (const path of paths) {
    const base = textOf(folder, path);
    const texts = [left, right].map((side) =>
      side.changes.some((change) => change.path === path) ? textOf(side.folder, path) : base,
    );
    const [first, second] = texts;
    const merged = mergedText(base, first, second);
    if (merged === conflict || base === conflict) return undefined;
    differsLeft ||= merged !== first;
    differsRight ||= merged !== second;
    if (merged === base) continue;
    put(folder, path, merged);
    const kind = base === undefined ? 'created' : merged === undefined ? 'deleted' : 'modified';
    changes.push({ path, kind, ...diffStat(base ?? '', merged ?? '') });
  }
  return differsLeft && differsRight ? changes : undefined;
}

const conflict = Symbol('conflict');

type Version = string | undefined | typeof conflict;

function mergedText(base: Version, left: Version, right: Version): Version {
  if (base === conflict || left === conflict || right === conflict) return conflict;
  if (left === right || right === base) return left;
  if (left === base) return right;
  if (base === undefined || left === undefined || right === undefined) return conflict;
  const { merged, conflicts } = merge3(base, left, right);
  return conflicts ? conflict : merged;
}

function put(folder: string, path: string, text: string | undefined): void {
  if (text === undefined) removeIn(folder, path);
  else writeIn(folder, path, text);
}

/** A link, a folder and what is no text are in conflict with anything. */
function textOf(folder: string, path: string): Version {
  const file = fileIn(folder, path);
  return file === 'missing' ? undefined : (textIn(file) ?? conflict);
}

/** Runs the checks in the folder; no model has a part in it. */
async function judged(
  exploration: Exploration,
  folder: string,
  changes: readonly FileChange[],
  text: string,
): Promise<Outcome> {
  const { run } = exploration;
  const state = helperFolder(exploration, 'compare');
  const receipts: Outcome['receipts'] = [];
  const facts: RunFacts = { ...foldRunFacts([]), changes };
  const workspace = await run.openFolder(folder, state);
  try {
    const verification: Verification = await verifyFiles({ ...run, workspace }, facts, (event) => {
      if (event.type === 'check.finished') receipts.push(event.receipt);
    });
    const judgement = judge('change', { kind: 'finished', text }, facts, verification);
    return { ...brokenDown(judgement.reason), ...judgement, text, receipts, changes: [...changes] };
  } finally {
    await workspace.close();
    rmSync(state, { recursive: true, force: true });
  }
}
