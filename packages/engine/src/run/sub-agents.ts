// Sub-agents of a run: each with its own context, a share of the money, the same rules, and its events under the call that asked.
import {
  type AgentDefinition,
  type AgentOptions,
  type AgentResult,
  type AgentState,
  createDelegateTool,
  type Delegate,
  delegateName,
  noDelegate,
  rebuildState,
  runAgent,
  type SubTask,
  stampOf,
  stricterMode,
  subAgentHooks,
  type Tool,
  type ToolResult,
} from '@monkey-coder/agents';
import type { BudgetScope, LanguageModel } from '@monkey-coder/models';
import { type Event, formatMicroUsd, isMonkeyError, messageText, userMessage } from '@monkey-coder/protocol';
import { foldRunFacts } from '../outcome/run-facts.ts';
import type { Recorder } from '../parts/recorder.ts';

/** What sub-agents are made of. */
export interface SubAgentParts {
  /** The caller's own options; asked for when a sub-agent starts. */
  readonly caller: () => Omit<AgentOptions, 'state'>;
  readonly recorder: Recorder;
  /** Sub-agents the run had started before this process. */
  readonly startedBefore: number;
  /** The caller's model with one more scope of money around it. */
  readonly modelWith: (scope: BudgetScope) => LanguageModel;
  /** The model an agent's definition names. Throws MonkeyError when it cannot be called, or a policy forbids it. */
  readonly modelNamed: (name: string) => Promise<NamedModel>;
  /** Everything recorded in the session before, whole; for a sub-agent that a crash cut off. */
  readonly readLog: () => readonly Event[];
  /** So many in one run need nobody's word. */
  readonly freeSubAgents: number;
  /** Finds an agent of the registry. Throws MonkeyError `usage.invalid` for a name that cannot be used. */
  readonly agentNamed: (name: string) => Promise<AgentDefinition>;
}

/** What differs in an agent's options where it works with a model of its own. */
export type NamedModel = (
  scope: BudgetScope,
) => Pick<AgentOptions, 'model' | 'modelName' | 'maxOutputTokens' | 'contextTokens' | 'secrets'>;

/** Who a sub-agent works as, and with which model where that is not its caller's. */
interface Role {
  readonly agent?: AgentDefinition;
  readonly model?: NamedModel;
}

/** Model calls of one sub-agent at most. */
const maxTurns = 40;
/** Sub-agents at work at once. */
const atOnce = 4;

/** Makes the delegate of one run. */
export function createDelegate(parts: SubAgentParts): Delegate {
  const places = new Places(atOnce);
  let spawned = parts.startedBefore;
  return async (subTask) => {
    spawned += 1;
    const refusal = await mayStart(parts, subTask, spawned);
    if (refusal !== undefined) return { status: 'denied', output: refusal };
    const role = await roleOf(parts, subTask);
    if (typeof role === 'string') return { status: 'failed', output: role };
    const leave = await places.enter();
    try {
      return await runSubAgent(parts, subTask, role);
    } finally {
      leave();
    }
  };
}

/** Its role, an empty one for none; a text says why it cannot work in it. */
async function roleOf({ agentNamed, modelNamed }: SubAgentParts, subTask: SubTask): Promise<Role | string> {
  if (subTask.agent === undefined) return {};
  let agent: AgentDefinition | undefined;
  try {
    agent = await agentNamed(subTask.agent);
    return agent.model === undefined ? { agent } : { agent, model: await modelNamed(agent.model) };
  } catch (error) {
    if (!isMonkeyError(error)) throw error;
    const why = `${error.message}. ${error.advice}`;
    if (agent === undefined) return why;
    return `The agent ${agent.name} cannot work: its model ${agent.model} cannot be called: ${why} Without the agent the same task can be delegated.`;
  }
}

/** A bounded number of places, given in the order in which they are asked for. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async enter(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }
}

/** Why a sub-agent may not start; above the free number a person is asked, with what it may cost. */
async function mayStart(parts: SubAgentParts, subTask: SubTask, count: number): Promise<string | undefined> {
  if (count <= parts.freeSubAgents) return undefined;
  const { gate } = parts.caller();
  const cap = shareOf(parts).limitMicroUsd;
  const cost = cap === undefined ? 'without a cap of its own' : `at most ${formatMicroUsd(cap)}`;
  const reason = `this would be sub-agent ${count} of the run, ${cost}`;
  if (!gate.available) return `Denied: ${reason}; nobody can be asked here. Do the rest yourself.`;
  const grants = [`delegate: ${subTask.task.slice(0, 200)}`];
  parts.recorder.record({
    type: 'permission.requested',
    callId: subTask.callId,
    tool: delegateName,
    grants,
    reason,
  });
  const answer = await gate.ask(
    { callId: subTask.callId, tool: delegateName, grants, reason },
    { signal: subTask.signal },
  );
  const decision = answer.kind === 'answered' ? 'allowed' : answer.kind;
  parts.recorder.record({
    type: 'permission.decided',
    callId: subTask.callId,
    tool: delegateName,
    what: grants[0] ?? '',
    decision,
    by: 'person',
    reason,
  });
  return decision === 'allowed' ? undefined : `Denied: ${reason}; the user did not allow it. Do the rest yourself.`;
}

/** Half of what is left to the run, so that no single sub-agent can use it up. */
function shareOf({ caller, recorder }: SubAgentParts): { readonly limitMicroUsd?: number } {
  const cap = caller().limits.maxCostMicroUsd;
  const spent = foldRunFacts(recorder.events).costMicroUsd;
  return cap === undefined || spent === null ? {} : { limitMicroUsd: Math.max(0, Math.floor((cap - spent) / 2)) };
}

async function runSubAgent(parts: SubAgentParts, subTask: SubTask, { agent, model }: Role): Promise<ToolResult> {
  const caller = parts.caller();
  const scope: BudgetScope = { id: `agent:${caller.runId}:${subTask.callId}`, ...shareOf(parts) };
  const record: AgentOptions['record'] = (body) => parts.recorder.record(body, subTask.callId);
  if (agent !== undefined) record({ type: 'agent.started', agent: stampOf(agent) });
  const only = agent?.tools === undefined ? {} : { only: { agent: agent.name, tools: agent.tools } };
  const bound = subTask.canWrite ? agent?.permissionMode : 'plan';
  const result = await runAgent({
    ...caller,
    rules: { ...caller.rules, ...only },
    ...(caller.hooks === undefined ? {} : { hooks: subAgentHooks(caller.hooks) }),
    ...(model === undefined ? { model: parts.modelWith(scope) } : model(scope)),
    tools: caller.tools.map((tool) => (tool.name === delegateName ? idleDelegate : tool)),
    state: stateOf(parts, subTask, { record, agent }),
    permissionMode: () => stricterMode(caller.permissionMode(), bound),
    limits: { ...caller.limits, maxTurns: Math.min(maxTurns, caller.limits.maxTurns) },
    record,
    takeSteering: () => [],
    takeReliefRequest: () => false,
    signal: subTask.signal,
  });
  return reportOf(result, ownEvents(parts.recorder.events, subTask.callId));
}

const idleDelegate = createDelegateTool(noDelegate) as unknown as Tool;

/** Where it begins: at its task, or where a crash cut it off. */
function stateOf(
  parts: SubAgentParts,
  subTask: SubTask,
  { record, agent }: { readonly record: AgentOptions['record']; readonly agent: AgentDefinition | undefined },
): AgentState {
  if (ownEvents(parts.recorder.events, subTask.callId).some((event) => event.type !== 'agent.started')) {
    const before = ownEvents(parts.readLog(), subTask.callId);
    if (before.length > 0) return rebuildState(before.map(withoutParent));
  }
  const rights = subTask.canWrite ? '' : '\n\nYou may only read: report, do not change anything.';
  const role = agent === undefined ? '' : ` You work as the ${agent.name}. ${agent.prompt}\n\n`;
  const text = `You are a sub-agent.${role} Do this task and nothing else; your final answer is all that your caller sees, so put into it what was asked for, with file paths and lines as evidence.${rights}\n\n${subTask.task}`;
  const message = userMessage(text);
  record({ type: 'message.added', message, origin: 'user' });
  const { grantedRules } = subTask;
  return { messages: [message], openCalls: [], seen: new Map(), todos: [], turns: 0, grantedRules };
}

/** Its events since the call last had an end: call ids may be used again by a model. */
function ownEvents(events: readonly Event[], callId: string): Event[] {
  const ended = events.findLastIndex(
    (event) => event.type === 'tool.ended' && event.callId === callId && event.parentCallId === undefined,
  );
  return events.slice(ended + 1).filter((event) => event.parentCallId === callId);
}

function withoutParent({ parentCallId: _caller, ...event }: Event): Event {
  return event as Event;
}

/** Its answer, and what is on record of its work: the caller need not take its word. */
function reportOf({ stop, state }: AgentResult, events: readonly Event[]): ToolResult {
  const { changes, commands, costMicroUsd, turns } = foldRunFacts(events);
  const evidence = [
    `${turns} turns`,
    costMicroUsd === null ? 'price unknown' : formatMicroUsd(costMicroUsd),
    ...(changes.length === 0 ? [] : [`changed ${changes.map((change) => change.path).join(', ')}`]),
    ...commands
      .filter((one) => !one.readOnly)
      .map((one) => `ran \`${one.command.slice(0, 120)}\`: exit ${one.exitCode}`),
  ].join('; ');
  if (stop.kind === 'finished') return { status: 'ok', output: `${stop.text}\n\n[on record: ${evidence}]` };
  if (stop.kind === 'interrupted') return { status: 'cancelled', output: 'Cancelled.' };
  const said = state.messages.findLast((message) => message.role === 'assistant');
  const words = said === undefined ? '' : messageText(said).trim();
  const why = 'message' in stop ? `${stop.kind}: ${stop.message}` : stop.kind;
  return {
    status: 'failed',
    output: `The sub-agent stopped before it was done (${why}).${words === '' ? '' : ` Its last words: ${words}`}\n\n[on record: ${evidence}]`,
  };
}
