// Which models a run is done with: the one that was named, the one a session or an interrupted run had, or a chain the router decides.
import { type EffectivePrice, providerEntry } from '@monkey-coder/models';
import { type Event, type EventOf, isMonkeyError, type Task } from '@monkey-coder/protocol';
import { type Arm, type BudgetProgress, costWeight, isSmallWork, taskKindOf } from '@monkey-coder/router';
import type { Workspace } from '@monkey-coder/workspace';
import { projectKey } from '../config/homes.ts';
import { mayCallModel } from '../config/policy.ts';
import type { FoundCandidate, ModelFinder } from '../model-calls/find-model.ts';
import type { Route, RouteRequest } from '../routing/decide-route.ts';
import type { RouterStore } from '../routing/router-store.ts';
import type { EngineParts } from './engine-parts.ts';
import type { RunStart } from './open-session.ts';
import { chainOfRun } from './stages.ts';

/** The plan. */
export interface ModelPlan {
  /** What is looked for first; undefined for the default. */
  readonly wanted: string | undefined;
  /** Names in the order they take over, and where the run stands in it; empty when there is one model only. */
  readonly chain: readonly string[];
  readonly position: number;
  readonly route: Route | undefined;
  /** Price of the dearest model of the chain. */
  readonly dearest: EffectivePrice | undefined;
}

/** Word that asks for a choice where a model is expected. */
const autoModel = 'auto';

interface Planning {
  readonly parts: EngineParts;
  readonly task: Task;
  readonly start: RunStart;
  readonly workspace: Workspace;
  readonly finder: ModelFinder;
}

/** Plans the models of a run. What can be chosen among is looked at only when nothing is named. */
export async function planModels(planning: Planning): Promise<ModelPlan> {
  const { task, start, finder } = planning;
  const named = task.model === autoModel ? undefined : task.model;
  // A run that goes on is not decided anew.
  const isAuto = task.model === autoModel && start.unfinished === undefined;
  const running = start.unfinished && chainOfRun(start.unfinished.events);
  if (named === undefined && running) {
    const { chain, position } = running;
    return { wanted: chain[position], chain, position, route: undefined, dearest: undefined };
  }
  const wanted = named ?? (isAuto ? undefined : lastModel(start.prior));
  const plain: ModelPlan = { wanted, chain: [], position: 0, route: undefined, dearest: undefined };
  if (wanted !== undefined) return plain;
  const local = await localModel(planning);
  if (local !== undefined) return { ...plain, wanted: local };
  const candidates = await choosableModels(planning.parts, finder);
  const isLimited = planning.parts.settings.router.models.length > 0;
  if (candidates.length < 2) return isLimited ? { ...plain, wanted: nameOf(candidates[0]) } : plain;
  return routed(planning, candidates);
}

/** The model of a server on this machine, for small work where that is wanted and one runs. */
async function localModel({ parts, task, finder }: Planning): Promise<string | undefined> {
  const isWanted = parts.settings.router.preferLocal === 'small' && isSmallWork(task.prompt, taskKindOf(task.prompt));
  if (!isWanted) return undefined;
  return nameOf(await localCandidate(finder));
}

/** The models a router chooses among; where it is wanted (`router.preferLocal`) the one of a server on this machine is one of them. */
export async function choosableModels(
  { settings }: EngineParts,
  finder: ModelFinder,
): Promise<readonly FoundCandidate[]> {
  const { preferLocal, models } = settings.router;
  const known = finder.choosable();
  // A list of models is the whole list: a local one can be named in it.
  if (preferLocal !== 'chain' || models.length > 0) return known;
  const local = await localCandidate(finder);
  const isAllowed =
    local !== undefined &&
    local.price !== undefined &&
    mayCallModel(settings.policies, nameOf(local) ?? '').kind === 'allowed' &&
    !known.some((one) => nameOf(one) === nameOf(local));
  return isAllowed ? [...known, local] : known;
}

async function localCandidate(finder: ModelFinder): Promise<FoundCandidate | undefined> {
  try {
    return await finder.find('local');
  } catch (error) {
    if (isMonkeyError(error)) return undefined;
    throw error;
  }
}

async function routed({ parts, task, workspace }: Planning, candidates: readonly FoundCandidate[]): Promise<ModelPlan> {
  // What decides is read only where there is a choice.
  const { createRouterStore, decideRoute, laterSignals } = await import('../routing/lazy.ts');
  const store = createRouterStore(parts.homes.state, parts.now);
  const became = {
    project: projectKey(task.cwd),
    now: parts.now(),
    changedFiles: workspace.changedFiles.bind(workspace),
  };
  for (const line of await laterSignals(store.recent(), became)) parts.rememberRoute(line);
  const route = decideRoute(await routeRequest(parts, task, workspace, store), candidates.map(armOf));
  const prices = candidates.flatMap((one) => (route.chain.includes(nameOf(one) ?? '') && one.price ? [one.price] : []));
  const dearest = prices.reduce<EffectivePrice | undefined>(
    (most, price) => (most === undefined || price.output > most.output ? price : most),
    undefined,
  );
  return { wanted: route.chain[0], chain: route.chain, position: 0, route, dearest };
}

/** What the router is asked about a task. */
export async function routeRequest(
  parts: EngineParts,
  task: Task,
  workspace: Workspace,
  store: RouterStore,
): Promise<RouteRequest> {
  const { settings, random, now } = parts;
  return {
    prompt: task.prompt,
    taskKind: taskKindOf(task.prompt),
    project: await workspace.project(),
    projectKey: projectKey(task.cwd),
    settings: { ...settings, checks: [...settings.checks, ...task.checks] },
    store,
    costWeight: await weightOfMoney(parts),
    random,
    now,
  };
}

/** Money weighs more where the budgets of the day and the month are being spent too fast. */
async function weightOfMoney({ settings, ledger, now }: EngineParts): Promise<number> {
  const { dayUsd, monthUsd } = settings.budget;
  if (dayUsd === undefined && monthUsd === undefined) return 1;
  const date = new Date(now());
  const day = date.toISOString().slice(0, 10);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const ofDay = (date.getTime() % 86_400_000) / 86_400_000;
  const progress = async (id: string, limitUsd: number | undefined, elapsed: number): Promise<BudgetProgress[]> => {
    if (limitUsd === undefined) return [];
    const { spentMicroUsd } = await ledger.use(id);
    return [{ spentMicroUsd, limitMicroUsd: limitUsd * 1e6, elapsed }];
  };
  return costWeight([
    ...(await progress(`day:${day}`, dayUsd, ofDay)),
    ...(await progress(`month:${day.slice(0, 7)}`, monthUsd, (date.getUTCDate() - 1 + ofDay) / days)),
  ]);
}

function nameOf(candidate: FoundCandidate | undefined): string | undefined {
  return candidate && `${candidate.target.provider}/${candidate.target.model}`;
}

/** A candidate as the router sees it. */
export function armOf({ target, price }: FoundCandidate): Arm {
  const { provider, model } = target;
  const prices = price ? { inputPrice: price.input, outputPrice: price.output } : {};
  const isLocal = price?.input === 0 && price.output === 0 && providerEntry(provider)?.isLocal === true;
  return { provider, model, ...prices, ...(isLocal ? { isLocal } : {}) };
}

/** The model that worked last in the session. */
function lastModel(prior: readonly Event[]): string | undefined {
  const last = prior.findLast(
    (event): event is EventOf<'run.started'> | EventOf<'route.escalated'> =>
      event.type === 'run.started' || event.type === 'route.escalated',
  );
  if (last === undefined) return undefined;
  return last.type === 'route.escalated' ? last.to : `${last.quote.provider}/${last.quote.model}`;
}
