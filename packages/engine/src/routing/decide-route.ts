// Chooses the chain of models of a run from what the router knows, and says it as an event.
import type { EventBody, Forecast, TaskKind } from '@monkey-coder/protocol';
import {
  type Arm,
  armName,
  createPolicy,
  evidenceContext,
  explainRoute,
  forecastChain,
  forecastRest,
  learnRecords,
  publicPriors,
  type RouteExplanation,
  type RoutingContext,
  type RoutingPolicy,
  taskFeatures,
  waitCost,
} from '@monkey-coder/router';
import type { ProjectFacts } from '@monkey-coder/workspace';
import type { Settings } from '../config/settings.ts';
import type { RouterStore } from './router-store.ts';

/** What a decision is made from. */
export interface RouteRequest {
  readonly prompt: string;
  readonly taskKind: TaskKind;
  readonly project: ProjectFacts;
  readonly projectKey: string;
  readonly settings: Settings;
  readonly store: RouterStore;
  /** How much a dollar weighs by the budgets of the day and the month; 1 where there are none. */
  readonly costWeight?: number;
  readonly random: () => number;
  readonly now: () => number;
}

/** A route that was decided. */
export interface Route {
  /** Names of models, in the order they are tried. */
  readonly chain: readonly string[];
  readonly event: Extract<EventBody, { type: 'route.decided' }>;
  readonly forecast: Forecast;
  /** The forecast of what is left after the first stages ended so. */
  readonly forecastAfter: (ended: readonly ('rejected' | 'none')[]) => Forecast;
}

/** Options written down with a decision: the most probable ones. */
const mostOptions = 8;

/** Decides among at least two arms. */
export function decideRoute(request: RouteRequest, arms: readonly Arm[]): Route {
  const context = contextFor(request, arms);
  const policy = request.store.policy(publicPriors(arms));
  const startedAt = request.now();
  const decision = chooserOf(request, arms, policy).decide(context, arms, request.random);
  const decisionMs = request.now() - startedAt;
  const chain = decision.chain.map(armName);
  const evidence = policy.evidenceFor(context, arms);
  const forecast = forecastChain(evidence, chain, evidenceContext(context), request.random);
  const [first] = decision.chain;
  return {
    chain,
    forecast,
    forecastAfter: (ended) =>
      forecastRest(evidence, chain, evidenceContext(context), { ended, random: request.random }),
    event: {
      type: 'route.decided',
      policy: decision.policy,
      provider: first?.provider ?? '',
      model: first?.model ?? '',
      propensity: decision.propensity,
      reason: decision.reason,
      chain,
      work: context.work,
      project: request.projectKey,
      ...(context.numbers === undefined ? {} : { numbers: context.numbers.map((value) => Number(value.toFixed(3))) }),
      hasChecks: context.hasChecks,
      valueMicroUsd: context.valueMicroUsd,
      options: decision.options
        .slice(0, mostOptions)
        .map((option) => ({ chain: option.chain.map(armName), propensity: option.propensity })),
      isExploring: decision.isExploring,
      exploreCostMicroUsd: Math.round(decision.exploreCostMicroUsd ?? 0),
      decisionMs,
      forecast,
    },
  };
}

/** The policy that the settings name; another one than the default learns from the whole log each time. */
function chooserOf({ settings, store }: RouteRequest, arms: readonly Arm[], usual: RoutingPolicy): RoutingPolicy {
  const { policy } = settings.router;
  if (policy === usual.name) return usual;
  return learnRecords(createPolicy(policy, publicPriors(arms)), store.records());
}

/** Explains what would be decided; nothing is written but what was learnt meanwhile. */
export function explainDecision(request: RouteRequest, arms: readonly Arm[]): RouteExplanation {
  const context = contextFor(request, arms);
  const policy = request.store.policy(publicPriors(arms));
  const decision = chooserOf(request, arms, policy).decide(context, arms, request.random);
  const evidence = policy.evidenceFor(context, arms);
  return explainRoute({ evidence, context, arms, decision, random: request.random });
}

/** Where a model costs no money, time is what it is weighed by. */
function contextFor(request: RouteRequest, arms: readonly Arm[]): RoutingContext {
  const context = routingContext(request);
  return arms.some((arm) => arm.isLocal) ? { ...context, waitMicroUsd: waitCost(context.valueMicroUsd) } : context;
}

/** What the router looks at, from a request and its workspace. */
export function routingContext(request: RouteRequest): RoutingContext {
  const { prompt, taskKind, project, settings } = request;
  const hasChecks = taskKind === 'change' && (project.checks.length > 0 || settings.checks.length > 0);
  const features = taskFeatures({ prompt, languages: project.languages, hasChecks });
  return {
    kind: taskKind,
    work: features.work,
    languages: project.languages,
    project: request.projectKey,
    text: prompt,
    numbers: features.numbers,
    isRisky: features.risk === 'high',
    isCritical: features.risk === 'high' || !settings.router.explore,
    hasChecks,
    valueMicroUsd: settings.router.valueUsd * 1e6,
    minSuccess: settings.router.minSuccess,
    costWeight: request.costWeight ?? 1,
    time: request.now(),
  };
}
