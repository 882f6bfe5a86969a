// What policies forbid a run, before anything is recorded or sent.
import { type Limits, MonkeyError, microUsd, type Task } from '@monkey-coder/protocol';
import { mayCallModel, mayUseMode, type Policy } from '../config/policy.ts';
import type { FoundModel } from './find-model.ts';

/** Throws MonkeyError `permission.denied` where a policy forbids the model or the mode. */
export function refuseByPolicy(policies: readonly Policy[], task: Task, found: FoundModel): void {
  const candidates = [found, ...found.alternatives];
  const decisions = [
    mayUseMode(policies, task.permissionMode),
    ...candidates.map(({ target }) => mayCallModel(policies, `${target.provider}/${target.model}`)),
  ];
  const refused = decisions.find((decision) => decision.kind === 'refused');
  if (refused?.kind !== 'refused') return;
  throw new MonkeyError('permission.denied', refused.reason, {
    advice: `The policy in ${refused.source} says so; monkey policy shows what it allows.`,
  });
}

/** The lower of the run's own cap and the policy's. */
export function withCap(limits: Limits, usd: number | undefined): Limits {
  const cap = usd === undefined ? undefined : microUsd(usd);
  const isLower = cap !== undefined && cap < (limits.maxCostMicroUsd ?? Number.MAX_SAFE_INTEGER);
  return isLower ? { ...limits, maxCostMicroUsd: cap } : limits;
}
