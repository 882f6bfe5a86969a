// How many candidates a cap can carry: each needs the money of one run in each round, and at least that of a first call with room for an
// answer, or it ends before it is done and all of it is lost.
import { worstCaseMicroUsd } from '@monkey-coder/models';
import { formatMicroUsd, type Task } from '@monkey-coder/protocol';
import { armName, evidenceContext, forecastChain, publicPriors, seededRandom } from '@monkey-coder/router';
import { runCap } from '../config/policy.ts';
import { withCap } from '../model-calls/policy-bounds.ts';
import type { Ingredients } from '../parts/ingredients.ts';
import { armOf, routeRequest } from '../parts/plan-models.ts';
import type { RunContext } from '../parts/run-context.ts';

/** The task with as many candidates as its cap can carry by what foresight knows of the price of one run; one alone needs no copies. */
export async function candidatesInBudget(
  given: Pick<Ingredients, 'parts' | 'workspace' | 'found'>,
  task: Task,
): Promise<{ readonly task: Task; readonly strategyNotes: readonly string[] }> {
  const { candidates: wanted = 1, ...alone } = task;
  if (task.permissionMode === 'plan')
    return { task: alone, strategyNotes: ['one attempt, no candidates: nothing is changed'] };
  const cap = withCap(task.limits, runCap(given.parts.settings.policies)?.usd).maxCostMicroUsd;
  if (cap === undefined || given.found.price === undefined) return { task, strategyNotes: [] };
  const price = Math.max(await priceOfOne(given, task), reserveOfCall(given));
  const carried = Math.floor(cap / roundsOf({ task, recorder: { events: [] } }) / Math.max(1, price));
  if (carried >= wanted) return { task, strategyNotes: [] };
  const money = `${formatMicroUsd(cap)} are too little for ${wanted} candidates (each needs more than ${formatMicroUsd(price)}, and as much for every further round)`;
  if (carried < 2) return { task: alone, strategyNotes: [`one attempt, no candidates: ${money}`] };
  return { task: { ...task, candidates: carried }, strategyNotes: [`${carried} candidates: ${money}`] };
}

/** Micro-dollars that a first call sets aside with an answer as short as money may make it: below that a candidate cannot even begin. */
function reserveOfCall({ parts, found }: Pick<Ingredients, 'parts' | 'found'>): number {
  const { limits } = parts.settings;
  const output = Math.min(
    shortAnswer,
    limits.maxOutputTokens,
    found.target.facts?.maxOutput ?? Number.MAX_SAFE_INTEGER,
  );
  return found.price === undefined ? 0 : worstCaseMicroUsd(found.price, usualFirstRequest, output);
}

/** Tokens of a first request: what the agent is told, its tools, the request, a little instruction. */
const usualFirstRequest = 6000;
/** Tokens of an answer in which a small file has room. */
const shortAnswer = 4000;

/** Micro-dollars that 19 of 20 runs of the model need: what is believed of a price is wide at first, and a person asked for the number. */
async function priceOfOne(
  { parts, workspace, found }: Pick<Ingredients, 'parts' | 'workspace' | 'found'>,
  task: Task,
): Promise<number> {
  const { createRouterStore, routingContext } = await import('../routing/lazy.ts');
  const store = createRouterStore(parts.homes.state, parts.now);
  const context = routingContext(await routeRequest(parts, task, workspace, store));
  const arm = armOf(found);
  const evidence = store.policy(publicPriors([arm])).evidenceFor(context, [arm]);
  const { low } = forecastChain(evidence, [armName(arm)], evidenceContext(context), seededRandom(1)).costMicroUsd;
  return Math.round(low);
}

/** An improvisation has one round more, to leave an approach that leads nowhere; who goes on with a run that ended gives it one more. */
export function roundsOf({
  task,
  recorder,
}: {
  readonly task: Task;
  readonly recorder: Pick<RunContext['recorder'], 'events'>;
}): number {
  const ends = recorder.events.filter(
    (event) => event.type === 'run.finished' && event.outcome.status !== 'interrupted',
  ).length;
  return (task.strategy === 'improvise' ? 3 : 2) + ends;
}
