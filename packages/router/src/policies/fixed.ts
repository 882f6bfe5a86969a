// The policy that takes the requested model, else the first arm.
import type { RoutingPolicy } from './routing-policy.ts';

/** Always the requested model, or the first of the arms. Learns nothing. Throws RangeError without arms. */
export function createFixedPolicy(): RoutingPolicy {
  const policy: RoutingPolicy = {
    name: 'fixed',
    decide(context, arms) {
      const chosen = arms.find((arm) => `${arm.provider}/${arm.model}` === context.requested) ?? arms[0];
      if (!chosen) throw new RangeError('the fixed policy needs at least one arm');
      const reason = context.requested
        ? 'the model that was asked for'
        : 'the default model of the first provider with a key';
      return { chain: [chosen], propensity: 1, policy: 'fixed', reason };
    },
    learn: () => policy,
  };
  return policy;
}
