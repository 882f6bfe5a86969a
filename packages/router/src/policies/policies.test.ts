// Every policy keeps to the contract of the seam; the network's gradient is right.
import { describe, expect, it } from 'vitest';
import { gradientError } from '../testing/gradient.ts';
import { policyChecks } from '../testing/policy-suite.ts';
import { createPolicy } from './policies.ts';
import { policyNames } from './policy-names.ts';

for (const name of policyNames) {
  describe(`the policy ${name}`, () => {
    const checks = policyChecks(
      () => createPolicy(name, () => undefined),
      (state) => createPolicy(name, () => undefined, state),
    );
    for (const check of checks) it(check.name, check.run);
  });
}

describe('the network', () => {
  it('has the gradient that finite differences say', () => {
    expect(gradientError()).toBeLessThan(1e-4);
  });
});
