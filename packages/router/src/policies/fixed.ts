// The policy that takes the requested model, else the first arm.
import { certain, type RoutingPolicy, requestedArm } from './routing-policy.ts';

/** Always the requested model, or the first of the arms. Learns nothing. */
export function createFixedPolicy(): RoutingPolicy {
  const policy: RoutingPolicy = {
    name: 'fixed',
    state: null,
    decide(context, arms) {
      const chosen = requestedArm(context, arms) ?? arms[0];
      if (!chosen) throw new RangeError('the fixed policy needs at least one arm');
      const reason = context.requested
        ? 'the model that was asked for'
        : 'the default model of the first provider with a key';
      return certain(chosen, 'fixed', reason);
    },
    learn: () => policy,
  };
  return policy;
}
