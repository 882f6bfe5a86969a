// What the judges of kinds of work stand on: the run's files and facts, the checks, and the words they report in.
import type { Receipt, Work, WorkEvidence, WorkKind, WorkReport } from '@monkey-coder/protocol';
import type { CheckLimits, RunGit } from '@monkey-coder/workspace';
import type { Verification } from '../outcome/judge.ts';
import type { VerifyOptions } from '../outcome/verify.ts';

/** What a judge works with. */
export interface WorkGround extends VerifyOptions {
  readonly work: Work;
  /** The agent's last words. */
  readonly text: string;
  readonly isSandboxed: boolean;
  readonly runGit: RunGit;
  /** Micro-dollars for so many tokens read and written by the run's model; null when its price is unknown. */
  readonly priceOf: (inputTokens: number, outputTokens: number) => number | null;
}

/** Judges one kind of work when its agent has ended. Never throws except for bugs. */
export type JudgeWork = (ground: WorkGround) => Promise<Verification>;

/** One thing that was looked at. */
export function evidence(
  what: string,
  result: WorkEvidence['result'],
  detail = '',
  receipts: readonly (Receipt | undefined)[] = [],
): WorkEvidence {
  return { what, result, detail, receiptIds: receipts.flatMap((receipt) => (receipt ? [receipt.id] : [])) };
}

/** Parts of a report that only some kinds have. */
export type ReportExtras = Pick<WorkReport, 'findings' | 'dropped' | 'failing' | 'citations' | 'mutants' | 'plan'>;

/** A report whose verdict follows from its evidence: all of it must hold, and there must be some. */
export function reportOf(kind: WorkKind, found: readonly WorkEvidence[], extras: ReportExtras = {}): WorkReport {
  const isWrong = found.some(({ result }) => result === 'fails');
  const isShown = found.length > 0 && found.every(({ result }) => result === 'holds');
  const telling = isShown ? found : found.filter(({ result }) => result !== 'holds');
  return {
    kind,
    verdict: isWrong ? 'not-verified' : isShown ? 'verified' : 'unproven',
    reasons: telling.map(sentence),
    evidence: [...found],
    ...extras,
  };
}

function sentence({ what, detail }: WorkEvidence): string {
  return detail === '' ? what : `${what}: ${detail}`;
}

/**
 * The verification that a report of changing work comes to. `feedback`: what the agent is told, so that it can repair what is not
 * right; without it, what is not right cannot be repaired by going on, and the work is unproven.
 */
export function verificationOf(report: WorkReport, feedback?: string): Verification {
  const reason = report.reasons.join('; ');
  if (report.verdict === 'verified') return { kind: 'passed', reason, work: report };
  if (report.verdict === 'not-verified' && feedback !== undefined)
    return { kind: 'failed', reason, feedback, work: report };
  return { kind: 'unproven', reason, work: report };
}

/** The verification of what the project's checks said, for work that did not get further than them. */
export function notVerified(kind: WorkKind, verification: Verification): Verification {
  if (verification.kind === 'none') return verification;
  const result = verification.kind === 'failed' ? 'fails' : 'unknown';
  return {
    ...verification,
    work: reportOf(kind, [evidence('the checks of the project', result, verification.reason)]),
  };
}

/** Bounds of what runs in a copy. */
export function limitsOf(ground: WorkGround): CheckLimits {
  const { timeoutMs, newId, now, sandbox } = ground;
  // What runs here was written by a model and is shown to nobody first: it never gets the network.
  return { timeoutMs, newId, now, sandbox: ground.isSandboxed ? 'required' : sandbox, network: false };
}

/** Counts for people: `1 file`, `3 files`. */
export function countOf(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
