// What a candidate's run proves, counted from its receipts and the files it left.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CandidateEvidence, countTests } from '@monkey-coder/agents';
import type { FileChange, Outcome } from '@monkey-coder/protocol';
import { isTestFile } from '../outcome/test-files.ts';

/** A candidate after its turn. */
export interface Scored extends CandidateEvidence {
  readonly folder: string;
  readonly approach: string;
  /** Empty when its run could not begin. */
  readonly sessionId: string;
  readonly outcome: Outcome;
  /** All that it changed, in all rounds. */
  readonly changes: readonly FileChange[];
  /** Failing tests of its checks over time, in all rounds: the tension that is to be resolved. */
  readonly failing: readonly number[];
  /** Why it cannot be chosen although its checks may pass. */
  readonly refused?: string;
}

/** Counts what a run left in the candidate's folder; `earlier` is what it had come to in the rounds before. */
export function evidenceOf(
  place: { readonly candidate: number; readonly folder: string; readonly approach: string },
  report: { readonly sessionId: string; readonly outcome: Outcome },
  earlier: Pick<Scored, 'changes' | 'failing' | 'passed' | 'failed'> | undefined,
): Scored {
  const { sessionId } = report;
  const changes = joined(earlier?.changes ?? [], report.outcome.changes);
  const outcome = changes.length === 0 ? withoutChange(report.outcome) : report.outcome;
  // The same check run again is no further evidence: its last word counts.
  const last = new Map(outcome.receipts.map((receipt) => [receipt.command, receipt]));
  const counts = [...last.values()].map(
    ({ tail, passed }) => countTests(tail) ?? { passed: passed ? 1 : 0, failed: passed ? 0 : 1 },
  );
  // Who changed nothing stands where it stood; who never changed anything has failed.
  if (counts.length === 0) counts.push(earlier ?? { passed: 0, failed: 1 });
  const changedTests = changes.filter((change) => isTestFile(change.path) && takesAway(change));
  return {
    ...{ candidate: place.candidate, folder: place.folder, approach: place.approach },
    sessionId,
    outcome,
    changes,
    failing: [...(earlier?.failing ?? []), ...failingOf(outcome, earlier?.failing.at(-1))],
    isVerified: outcome.status === 'verified',
    passed: counts.reduce((sum, one) => sum + one.passed, 0),
    failed: counts.reduce((sum, one) => sum + one.failed, 0),
    cluster: clusterOf(place.folder, changes),
    changedTests: changedTests.length,
    changedLines: changes.reduce((sum, change) => sum + (change.added ?? 0) + (change.removed ?? 0), 0),
  };
}

/** Checks that pass where nothing was changed prove no change: there is none to choose. */
function withoutChange(outcome: Outcome): Outcome {
  if (outcome.status !== 'verified') return outcome;
  return { ...outcome, status: 'nothing-done', reason: `it changed no file (${outcome.reason})` };
}

/** Whether lines of a file that was there are gone; what only adds to it moves no goal. */
function takesAway({ kind, removed }: FileChange): boolean {
  return kind === 'deleted' || (kind === 'modified' && removed !== 0);
}

/** Failing tests of each check of one turn, each check once; where none ran, nothing moved. */
function failingOf({ receipts }: Outcome, before: number | undefined): number[] {
  if (receipts.length === 0) return [before ?? 1];
  const once = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  return [...once.values()].map(({ tail, passed }) => (passed ? 0 : (countTests(tail)?.failed ?? 1)));
}

/** The changes of two rounds as one; a file that the first one created stays created. */
function joined(earlier: readonly FileChange[], later: readonly FileChange[]): FileChange[] {
  const all = new Map(earlier.map((change) => [change.path, change]));
  for (const change of later) {
    const isNew = all.get(change.path)?.kind === 'created' && change.kind === 'modified';
    all.set(change.path, isNew ? { ...change, kind: 'created' } : change);
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The same word for the same change but for blanks. */
function clusterOf(folder: string, changes: readonly FileChange[]): string {
  const hash = createHash('sha256');
  for (const { path } of changes) {
    const file = join(folder, path);
    hash.update(path);
    hash.update(existsSync(file) ? readFileSync(file, 'utf8').replace(/\s+/g, '') : '\0');
  }
  return hash.digest('hex').slice(0, 12);
}
