// Policies: what an organisation, a user or a repository forbids, whatever else is configured. One decision point, pure.
//
// Every layer of settings may have a `policy`; they only restrict, and the strictest word of all layers counts. What may be done
// is still decided by permissions; a policy says what may never be.
import { type PermissionMode, permissionModeSchema } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const names = z.array(z.string().check(z.minLength(1)));

/** Shape of a policy in a settings file. */
export const policySchema = z.object({
  /** Models that may be called, as `provider/model` with `*`: `anthropic/*`. */
  models: z.optional(names),
  /** Permission modes that may be used. */
  modes: z.optional(z.array(permissionModeSchema)),
  /** No run may cost more, USD. */
  maxRunUsd: z.optional(z.number().check(z.nonnegative())),
  /** Hosts that may be fetched; a domain covers the hosts below it. */
  domains: z.optional(names),
});

/** One layer's policy, and the file that says so. */
export type Policy = z.infer<typeof policySchema> & { readonly source: string };

/** A word on one question. */
export type PolicyDecision =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly reason: string; readonly source: string };

const allowed: PolicyDecision = { kind: 'allowed' };

/** Whether a model may be called. */
export function mayCallModel(policies: readonly Policy[], model: string): PolicyDecision {
  const strict = policies.find(({ models }) => models !== undefined && !models.some((glob) => matches(glob, model)));
  if (strict === undefined) return allowed;
  return {
    kind: 'refused',
    reason: `${model} is not among the models that may be called (${strict.models?.join(', ') || 'none'})`,
    source: strict.source,
  };
}

/** `*` stands for any text, slashes included. */
function matches(pattern: string, model: string): boolean {
  const source = pattern.split('*').map((text) => text.replace(/[.+^$()|[\]\\{}?]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 'i').test(model);
}

/** Whether a permission mode may be used. */
export function mayUseMode(policies: readonly Policy[], mode: PermissionMode): PolicyDecision {
  const strict = policies.find(({ modes }) => modes !== undefined && !modes.includes(mode));
  if (strict === undefined) return allowed;
  return {
    kind: 'refused',
    reason: `the permission mode ${mode} may not be used (only ${strict.modes?.join(', ') || 'none'})`,
    source: strict.source,
  };
}

/** The lowest cap on a run and who set it; undefined when nobody did. */
export function runCap(policies: readonly Policy[]): { readonly usd: number; readonly source: string } | undefined {
  const caps = policies.flatMap(({ maxRunUsd, source }) =>
    maxRunUsd === undefined ? [] : [{ usd: maxRunUsd, source }],
  );
  return caps.reduce<(typeof caps)[number] | undefined>(
    (lowest, cap) => (lowest === undefined || cap.usd < lowest.usd ? cap : lowest),
    undefined,
  );
}

/** Lists of hosts; a host must be covered by each of them. */
export function hostLists(policies: readonly Policy[]): readonly (readonly string[])[] {
  return policies.flatMap(({ domains }) => (domains === undefined ? [] : [domains]));
}
