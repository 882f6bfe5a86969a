// Process exit codes of `monkey`, and which outcome gives which.
import type { Outcome, RunStatus } from './outcome.ts';

/** The documented exit codes. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  permission: 3,
  budget: 4,
  limit: 5,
  verificationFailed: 6,
  nothingDone: 7,
  unverified: 8,
  auth: 41,
  config: 52,
  interrupted: 130,
  terminated: 143,
} as const;

const byStatus: Record<RunStatus, number> = {
  verified: exitCodes.ok,
  answered: exitCodes.ok,
  unverified: exitCodes.unverified,
  failed: exitCodes.failure,
  denied: exitCodes.permission,
  'out-of-budget': exitCodes.budget,
  limit: exitCodes.limit,
  'verification-failed': exitCodes.verificationFailed,
  'nothing-done': exitCodes.nothingDone,
  'auth-failed': exitCodes.auth,
  interrupted: exitCodes.interrupted,
};

/** The exit code of an outcome. */
export function exitCodeOf(status: RunStatus): number {
  return byStatus[status];
}

/** The exit code of a run: that of its status; 1 for a review or an audit that found what it was asked to fail on. */
export function exitCodeOfOutcome({ status, work }: Pick<Outcome, 'status' | 'work'>): number {
  return status === 'answered' && (work?.failing ?? 0) > 0 ? exitCodes.failure : exitCodeOf(status);
}
