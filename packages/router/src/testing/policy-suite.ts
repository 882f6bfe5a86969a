// What every routing policy must keep to; `checks` are run by a test framework, each throws when it is broken.
import type { JsonValue } from '@monkey-coder/protocol';
import { type Arm, armName } from '../evidence/arm.ts';
import { featureCount } from '../features/task-features.ts';
import { seededRandom } from '../numbers/random.ts';
import type { RoutingContext, RoutingOutcome, RoutingPolicy } from '../policies/routing-policy.ts';

/** One property. */
export interface PolicyCheck {
  readonly name: string;
  readonly run: () => void;
}

const arms: readonly Arm[] = [
  { provider: 'a', model: 'small', inputPrice: 1e5, outputPrice: 4e5 },
  { provider: 'a', model: 'middling', inputPrice: 1e6, outputPrice: 4e6 },
  { provider: 'b', model: 'large', inputPrice: 5e6, outputPrice: 25e6 },
];

/** How often each gets a task right. */
const rates: Readonly<Record<string, number>> = { small: 0.4, middling: 0.7, large: 0.85 };

/** A context as they come. */
export function sampleContext(more: Partial<RoutingContext> = {}): RoutingContext {
  const numbers = Array.from({ length: featureCount }, (_, index) => (index === 0 ? 1 : ((index * 7) % 5) / 5));
  return { kind: 'change', work: 'bugfix', languages: [], numbers, hasChecks: true, valueMicroUsd: 10e6, ...more };
}

/** The checks of a policy. `make` makes a fresh one, `restore` one from its state. */
export function policyChecks(make: () => RoutingPolicy, restore: (state: JsonValue) => RoutingPolicy): PolicyCheck[] {
  const taught = (): RoutingPolicy => teach(make(), 60);
  return [
    { name: 'gives the same decision from the same seed', run: () => isDeterministic(taught()) },
    { name: 'has propensities that add up to one, its own among them', run: () => addsUp(taught()) },
    { name: 'chooses an action as often as its propensity says', run: () => isFrequent(taught()) },
    { name: 'is the same after its state went through JSON', run: () => survivesJson(taught(), restore) },
    { name: 'leaves itself unchanged when it learns', run: () => isPure(taught()) },
    { name: 'never chooses what is not among the arms, nor a model twice', run: () => staysInside(taught()) },
    { name: 'takes the model that was asked for', run: () => obeys(taught()) },
    { name: 'tries nothing out on a critical task', run: () => isCareful(taught()) },
    { name: 'chooses one model alone where nothing checks', run: () => isSingle(taught()) },
    { name: 'refuses to choose from nothing', run: () => refuses(make()) },
    { name: 'starts afresh from a damaged state', run: () => startsAfresh(restore) },
  ];
}

function teach(policy: RoutingPolicy, tasks: number): RoutingPolicy {
  const random = seededRandom(5);
  let taught = policy;
  for (let task = 0; task < tasks; task++) {
    const context = sampleContext({ work: task % 3 === 0 ? 'testgen' : 'bugfix' });
    const { chain } = taught.decide(context, arms, random);
    taught = taught.learn(outcomeOf(context, chain, random));
  }
  return taught;
}

function outcomeOf(context: RoutingContext, chain: readonly Arm[], random: () => number): RoutingOutcome {
  const stages: RoutingOutcome['stages'][number][] = [];
  for (const [index, arm] of chain.entries()) {
    const isRight = random() < (rates[arm.model] ?? 0);
    const isLast = index === chain.length - 1;
    const verdict = isRight ? 'accepted' : 'rejected';
    stages.push({
      model: armName(arm),
      verdict,
      costMicroUsd: arm.outputPrice ?? 1,
      durationMs: 1000,
      ...(isLast ? { quality: isRight ? 1 : 0 } : {}),
    });
    if (isRight) break;
  }
  const isSolved = stages.at(-1)?.verdict === 'accepted';
  return { context, stages, reward: isSolved ? 0.8 : 0 };
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function isDeterministic(policy: RoutingPolicy): void {
  for (let seed = 1; seed < 20; seed++) {
    const [first, second] = [1, 2].map(() => text(policy.decide(sampleContext(), arms, seededRandom(seed))));
    ensure(first === second, `seed ${seed} gave ${first} and ${second}`);
  }
}

function addsUp(policy: RoutingPolicy): void {
  for (let seed = 1; seed < 20; seed++) {
    const decision = policy.decide(sampleContext(), arms, seededRandom(seed));
    const total = decision.options.reduce((sum, option) => sum + option.propensity, 0);
    ensure(Math.abs(total - 1) < 1e-9, `propensities add up to ${total}`);
    const own = decision.options.find((option) => text(option.chain) === text(decision.chain));
    ensure(Math.abs((own?.propensity ?? 0) - decision.propensity) < 1e-9, 'the chosen action has another propensity');
  }
}

/** The propensities may differ from draw to draw; on the average they must be the frequencies. */
function isFrequent(policy: RoutingPolicy): void {
  const draws = 400;
  const chosen = new Map<string, number>();
  const promised = new Map<string, number>();
  for (let seed = 1; seed <= draws; seed++) {
    const decision = policy.decide(sampleContext(), arms, seededRandom(seed * 977));
    const key = text(decision.chain);
    chosen.set(key, (chosen.get(key) ?? 0) + 1 / draws);
    for (const option of decision.options)
      promised.set(text(option.chain), (promised.get(text(option.chain)) ?? 0) + option.propensity / draws);
  }
  for (const [key, share] of promised)
    ensure(
      Math.abs(share - (chosen.get(key) ?? 0)) < 0.08,
      `${key}: promised ${share}, chosen ${chosen.get(key) ?? 0}`,
    );
}

function survivesJson(policy: RoutingPolicy, restore: (state: JsonValue) => RoutingPolicy): void {
  const again = restore(JSON.parse(text(policy.state)) as JsonValue);
  for (let seed = 1; seed < 20; seed++) {
    const [before, after] = [policy, again].map((one) => one.decide(sampleContext(), arms, seededRandom(seed)).chain);
    ensure(text(before) === text(after), `seed ${seed}: ${text(before)} became ${text(after)}`);
  }
}

function isPure(policy: RoutingPolicy): void {
  const before = text(policy.state);
  policy.learn(outcomeOf(sampleContext(), arms, seededRandom(1)));
  ensure(text(policy.state) === before, 'learning changed the policy itself');
}

function staysInside(policy: RoutingPolicy): void {
  const some = arms.slice(0, 2);
  for (let seed = 1; seed < 50; seed++) {
    const { chain, options } = policy.decide(sampleContext(), some, seededRandom(seed));
    for (const one of [chain, ...options.map((option) => option.chain)]) {
      ensure(one.length > 0, 'an empty chain');
      ensure(
        one.every((arm) => some.includes(arm)),
        `${text(one)} is not among the arms`,
      );
      ensure(new Set(one).size === one.length, `${text(one)} has a model twice`);
    }
  }
}

function obeys(policy: RoutingPolicy): void {
  const { chain, propensity } = policy.decide(sampleContext({ requested: 'b/large' }), arms, seededRandom(1));
  ensure(text(chain) === text(arms.slice(2)) && propensity === 1, `chose ${text(chain)}`);
}

function isCareful(policy: RoutingPolicy): void {
  const chosen = new Set<string>();
  for (let seed = 1; seed < 50; seed++) {
    const decision = policy.decide(sampleContext({ isCritical: true }), arms, seededRandom(seed));
    ensure(decision.propensity === 1 && !decision.isExploring, 'it is trying something out');
    chosen.add(text(decision.chain));
  }
  ensure(chosen.size === 1, `it wavers between ${[...chosen].join(' and ')}`);
}

function isSingle(policy: RoutingPolicy): void {
  for (let seed = 1; seed < 20; seed++) {
    const { chain } = policy.decide(sampleContext({ hasChecks: false }), arms, seededRandom(seed));
    ensure(chain.length === 1, `${chain.length} models`);
  }
}

function refuses(policy: RoutingPolicy): void {
  let refused = false;
  try {
    policy.decide(sampleContext(), [], seededRandom(1));
  } catch (error) {
    refused = error instanceof RangeError;
  }
  ensure(refused, 'it chose from nothing');
}

function startsAfresh(restore: (state: JsonValue) => RoutingPolicy): void {
  for (const damaged of ['nonsense', 7, null, [], { evidence: 1 }] as const)
    ensure(restore(damaged).decide(sampleContext(), arms, seededRandom(1)).chain.length > 0, 'it chose nothing');
}
