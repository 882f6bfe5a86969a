// The first records of a run, and where its agent stands: at the beginning, or where a crash or a limit left it.
import { type AgentState, headHash, rebuildState, stampOf, toolDeclarations } from '@monkey-coder/agents';
import { type EffectivePrice, estimateTokens } from '@monkey-coder/models';
import {
  type Event,
  type EventOf,
  formatMicroUsd,
  type Message,
  type ModelRequest,
  type Task,
  userMessage,
} from '@monkey-coder/protocol';
import { createFixedPolicy } from '@monkey-coder/router';
import { quoteRun } from '../model-calls/budget.ts';
import type { FoundModel } from '../model-calls/find-model.ts';
import type { EngineParts } from '../parts/engine-parts.ts';
import type { RunStart, UnfinishedRun } from '../parts/open-session.ts';
import type { RunAgent } from '../parts/registry.ts';
import type { RunContext } from '../parts/run-context.ts';
import type { Route } from '../routing/decide-route.ts';

/** What the first records are made of. */
export interface Beginning {
  readonly parts: EngineParts;
  readonly start: RunStart;
  readonly found: FoundModel;
  readonly context: RunContext;
  /** What the sandbox does, in one line. */
  readonly sandbox: string;
  /** Shown with the quote. */
  readonly notes: readonly string[];
  /** What the router decided; absent when there was nothing to choose. */
  readonly route: Route | undefined;
  /** Price of the dearest model of the chain, for the worst case; absent: that of the first. */
  readonly dearest: EffectivePrice | undefined;
  /** Undefined for the default one. */
  readonly agent: RunAgent | undefined;
  /** Texts the agent gets before its next call. */
  readonly pending: string[];
}

/** Records how the run begins or goes on, and says where its agent stands. */
export async function beginRun(beginning: Beginning): Promise<AgentState> {
  const state = rebuildState(beginning.start.prior);
  const { unfinished } = beginning.start;
  return unfinished ? await goOn(beginning, unfinished, state) : startNew(beginning, state);
}

function startNew(beginning: Beginning, state: AgentState): AgentState {
  const { context, found, pending } = beginning;
  const { task, recorder } = context;
  const prompt = userMessage(task.prompt);
  const declarations = toolDeclarations(context.agentOptions.tools);
  const request = firstRequest(context, [...state.messages, prompt]);
  const { contextTokens } = context.agentOptions;
  const quote = quoteRun(request, found, context.agentOptions.limits, {
    contextTokens,
    requestTokens: estimateTokens(request),
    notes: [...beginning.notes, ...explorationNotes(task)],
    runs: runsOf(task),
    worstPrice: beginning.dearest,
    forecast: beginning.route?.forecast,
  });
  recorder.record({
    type: 'run.started',
    task,
    taskKind: context.taskKind,
    quote,
    system: context.agentOptions.system,
    headHash: headHash(context.agentOptions.system, declarations),
    tools: declarations.map((tool) => tool.name),
    sandbox: beginning.sandbox,
    project: context.facts.summary,
    ...agentRecord(beginning.agent),
  });
  recordRoute(beginning);
  warnOfNewHead(beginning);
  if (state.openCalls.length > 0) {
    pending.push(task.prompt);
    return { ...state, turns: 0 };
  }
  recorder.record({ type: 'message.added', message: prompt, origin: 'user' });
  return { ...state, messages: [...state.messages, prompt], turns: 0 };
}

function agentRecord(agent: RunAgent | undefined): Pick<EventOf<'run.started'>, 'agent'> {
  if (agent === undefined) return {};
  const { definition, chosenBy, confidence, reason } = agent;
  return { agent: { ...stampOf(definition), chosenBy, confidence, reason } };
}

/** An exploration is all candidates, then the better half of them once more, and one that writes tests; an improvisation has more to it. */
function runsOf({ candidates, strategy }: Task): number {
  if (candidates === undefined) return 1;
  const half = Math.ceil(candidates / 2);
  return strategy === 'improvise' ? candidates + 2 * half + 3 : candidates + half + 1;
}

function explorationNotes(task: Task): string[] {
  const { candidates, strategy } = task;
  if (candidates === undefined) return [];
  const more = strategy === 'improvise' ? ' (with ideas, tests and a last pass)' : ' (with one that writes tests)';
  return [
    `${candidates} candidates, up to ${runsOf(task)} runs${more}: turns and time hold for each, the money for all of them together`,
  ];
}

/** The head of the requests is what every provider's prompt cache begins with. */
function warnOfNewHead({ start, context }: Beginning): void {
  const [before, now] = [start.prior, context.recorder.events].map(
    (events) => events.findLast((event): event is EventOf<'run.started'> => event.type === 'run.started')?.headHash,
  );
  if (before === undefined || before === now) return;
  const text = 'the tools or the system text changed since the last run: the prompt cache of this session starts anew';
  context.recorder.record({ type: 'notice', level: 'warning', code: 'cache.prefix-changed', text });
}

function recordRoute({ context, found, parts, route }: Beginning): void {
  if (route) {
    context.recorder.record(route.event);
    return;
  }
  const arm = { provider: found.target.provider, model: found.target.model };
  const requested = context.task.model === undefined ? {} : { requested: `${arm.provider}/${arm.model}` };
  const decision = createFixedPolicy().decide(
    {
      kind: context.taskKind,
      work: 'other',
      languages: context.facts.languages,
      hasChecks: false,
      valueMicroUsd: context.settings.router.valueUsd * 1e6,
      ...requested,
    },
    [arm],
    parts.random,
  );
  context.recorder.record({
    type: 'route.decided',
    policy: decision.policy,
    ...arm,
    propensity: decision.propensity,
    reason: decision.reason,
  });
}

function firstRequest({ agentOptions }: RunContext, messages: readonly Message[]): ModelRequest {
  const { modelName, system, tools, maxOutputTokens } = agentOptions;
  return { callId: 'quote', model: modelName, system, messages, tools: toolDeclarations(tools), maxOutputTokens };
}

async function goOn(beginning: Beginning, unfinished: UnfinishedRun, state: AgentState): Promise<AgentState> {
  const { context } = beginning;
  context.recorder.record({ type: 'run.resumed', afterSeq: beginning.start.prior.at(-1)?.seq ?? 0 });
  if (unfinished.endedWith === undefined) await settleLostCalls(beginning, unfinished);
  const hasEnded = unfinished.endedWith !== undefined;
  const told = withPrompt(beginning, unfinished, state);
  return hasEnded ? { ...told, turns: 0 } : told;
}

/** A crash may come between the beginning of a run and the record of its prompt: then it is told now. */
function withPrompt({ context, pending }: Beginning, { events }: UnfinishedRun, state: AgentState): AgentState {
  if (events.some(({ type }) => type === 'message.added' || type === 'model.started')) return state;
  const { task, recorder } = context;
  if (state.openCalls.length > 0) {
    pending.push(task.prompt);
    return state;
  }
  const prompt = userMessage(task.prompt);
  recorder.record({ type: 'message.added', message: prompt, origin: 'user' });
  return { ...state, messages: [...state.messages, prompt] };
}

/**
 * Reservations without a settlement. A call whose answer was recorded is settled at its cost. One that a crash cut off may have
 * been charged: its worst case stays counted, and that is said.
 */
async function settleLostCalls({ parts, context }: Beginning, { events }: UnfinishedRun): Promise<void> {
  const settled = events.filter((event): event is EventOf<'budget.settled'> => event.type === 'budget.settled');
  const lost = events.filter(
    (event): event is EventOf<'budget.reserved'> =>
      event.type === 'budget.reserved' && !settled.some((one) => one.reservationId === event.reservationId),
  );
  for (const { callId, reservationId } of lost) {
    const total = costOfAnswer(events, callId);
    const earlier = settled.reduce((sum, one) => sum + (one.callId === callId ? one.amountMicroUsd : 0), 0);
    const actual = total === undefined ? undefined : Math.max(0, total - earlier);
    const amountMicroUsd = await parts.ledger.settleOrphan(callId, actual);
    context.recorder.record({ type: 'budget.settled', callId, reservationId, amountMicroUsd });
    if (actual !== undefined || amountMicroUsd === 0) continue;
    const text = `a model call was cut off; up to ${formatMicroUsd(amountMicroUsd)} may have been charged for it and stays counted`;
    context.recorder.record({ type: 'notice', level: 'warning', code: 'budget.lost-call', text });
  }
}

/** What a call cost in all its attempts, when its end was recorded. */
function costOfAnswer(events: readonly Event[], callId: string): number | undefined {
  const ended = events.find(
    (event) => (event.type === 'model.ended' || event.type === 'model.failed') && event.callId === callId,
  );
  return ended?.type === 'model.ended' || ended?.type === 'model.failed'
    ? (ended.costMicroUsd ?? undefined)
    : undefined;
}
