// Names of all policies; apart from the policies themselves, so that settings can be read without them.

/** All names, the default first. */
export const policyNames = [
  'chain-thompson',
  'fixed',
  'cheapest',
  'best',
  'epsilon-greedy',
  'ucb1',
  'linear-thompson',
  'nearest',
  'q-learning',
  'dqn',
] as const;

/** Name of a policy. */
export type PolicyName = (typeof policyNames)[number];
