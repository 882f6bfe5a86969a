// The options of a run's agent: everything it works with, but for where it stands. One set for each model that takes over.
import { type AgentOptions, builtinTools, type Recall, type ToolMeans } from '@monkey-coder/agents';
import type { BudgetScope, LanguageModel } from '@monkey-coder/models';
import type { Event, PermissionMode } from '@monkey-coder/protocol';
import { hostLists } from '../config/policy.ts';
import { budgetScopes } from '../model-calls/budget.ts';
import { composeModel } from '../model-calls/compose-model.ts';
import { refuseByPolicy } from '../model-calls/policy-bounds.ts';
import type { OuterScope } from '../parts/engine-parts.ts';
import type { Findings, Ingredients } from '../parts/ingredients.ts';
import { knownKeys } from '../parts/known-keys.ts';
import type { Recorder } from '../parts/recorder.ts';
import type { StageOptions } from '../parts/stages.ts';
import { delegateOf } from './delegate-on-demand.ts';
import type { NamedModel } from './sub-agents.ts';
import { webMeans } from './web-means.ts';

/** The run the options are for. */
export interface RunIdentity {
  readonly runId: string;
  readonly recorder: Recorder;
  readonly permissionMode: () => PermissionMode;
}

/** Options for the model that was found. */
export function agentOptionsOf(given: Ingredients, findings: Findings, run: RunIdentity): StageOptions {
  const { parts, start, connection, workspace, found } = given;
  const { runId, recorder, permissionMode } = run;
  const modelWith = modelMaker(given, findings, run);
  const options: StageOptions = {
    model: modelWith(),
    modelName: found.target.model,
    ...tokenLimits(given),
    system: findings.system,
    tools: builtinTools({
      ...toolMeans(given),
      editFormat: findings.editFormat,
      more: [...findings.tools, ...(parts.lentTools ?? [])],
      delegate: delegateOf({
        caller: () => options,
        recorder,
        modelWith,
        modelNamed: (name) => modelNamed(given, findings, run, name),
        readLog: () => (given.isEphemeral ? [] : parts.sessions.read(start.session.id)),
        freeSubAgents: parts.settings.limits.subAgents,
        agentNamed: async (name) => (await import('../parts/registry.ts')).namedAgent(parts, workspace.root, name),
      }),
    }),
    workspace,
    gate: connection.gate,
    ...(findings.hooks === undefined ? {} : { hooks: findings.hooks }),
    permissionMode,
    rules: permissionRules(given),
    limits: findings.limits,
    startedAt: findings.startedAt,
    cacheKey: start.session.id,
    sessionId: start.session.id,
    runId,
    record: recorder.record,
    takeSteering: () => {
      // First, so that the model is told of a change of mode before its next call.
      permissionMode();
      return [...findings.pending.splice(0), ...(connection.takeSteering?.() ?? [])];
    },
    ...(connection.takeReliefRequest ? { takeReliefRequest: connection.takeReliefRequest } : {}),
    signal: connection.signal,
    now: parts.now,
    newCallId: () => parts.newId('call'),
    commandTimeoutMs: parts.settings.limits.commandTimeoutSeconds * 1000,
    network: parts.settings.network,
    diagnostics: parts.settings.diagnostics,
    // What was allowed because a sandbox bounds it must not run without: a sandbox that is there is kept to.
    sandbox: findings.isSandboxed && parts.settings.sandbox === 'preferred' ? 'required' : parts.settings.sandbox,
    secrets: [...knownKeys(parts, found), ...findings.secrets],
  };
  return options;
}

/** Makes the run's model, or the same one with more scopes of money around it. */
function modelMaker(
  { parts, start, found }: Ingredients,
  { limits, startedAt }: Findings,
  { runId, recorder }: RunIdentity,
): (...more: readonly BudgetScope[]) => LanguageModel {
  const own = budgetScopes({ runId, sessionId: start.session.id, now: startedAt, limits, settings: parts.settings });
  const around = [...(parts.parentScope === undefined ? [] : [parts.parentScope]), ...(parts.outerScopes ?? [])];
  const isKeepable = ({ isDefaultCap }: OuterScope): boolean => isDefaultCap !== true || found.price !== undefined;
  const scopes = [...own, ...around.map((scope) => (isKeepable(scope) ? scope : { id: scope.id }))];
  return (...more) =>
    composeModel(found, {
      ...parts,
      scopes: [...scopes, ...more],
      record: recorder.record,
      expectsNewPrefix: () => wasJustRelieved(recorder.events),
      deadline: startedAt + limits.maxDurationMs,
    });
}

/** A model that an agent's definition names, within the same scopes of money and the same policies. */
async function modelNamed(given: Ingredients, findings: Findings, run: RunIdentity, name: string): Promise<NamedModel> {
  const { parts, task, finder } = given;
  const found = await finder.find(name);
  refuseByPolicy(parts.settings.policies, task, found);
  const own = { ...given, found };
  const modelWith = modelMaker(own, findings, run);
  return (scope) => ({
    model: modelWith(scope),
    modelName: found.target.model,
    ...tokenLimits(own),
    secrets: [...knownKeys(parts, given.found), ...knownKeys(parts, found), ...findings.secrets],
  });
}

/** Since the answer before the last call began: the conversation was shortened, or a summary was asked for. */
function wasJustRelieved(events: readonly Event[]): boolean {
  const starts = events.filter((event) => event.type === 'model.started').slice(-2);
  const since = starts[0]?.seq ?? 0;
  return events.some(
    (event) =>
      event.seq >= since &&
      (event.type === 'context.relieved' || (event.type === 'model.started' && event.purpose !== undefined)),
  );
}

/** Tokens of context assumed where a model's window is unknown. */
const assumedContextTokens = 200_000;

function tokenLimits({ parts, found }: Ingredients): Pick<AgentOptions, 'maxOutputTokens' | 'contextTokens'> {
  const { limits } = parts.settings;
  const window = found.target.facts?.context ?? assumedContextTokens;
  return {
    maxOutputTokens: Math.min(limits.maxOutputTokens, found.target.facts?.maxOutput ?? Number.MAX_SAFE_INTEGER),
    contextTokens: Math.min(window, limits.maxContextTokens ?? window),
  };
}

function toolMeans({ parts, task, start, isEphemeral }: Ingredients): ToolMeans {
  const { id } = start.session;
  return {
    ...webMeans(parts.settings, parts.environment, parts.productVersion),
    ...(isEphemeral ? {} : { recall: recallOnDemand(parts.sessions, { id, cwd: task.cwd }) }),
  };
}

function permissionRules({ parts, task, agent }: Ingredients): AgentOptions['rules'] {
  const { permissions } = parts.settings;
  const { name, tools } = agent?.chosenBy === 'user' ? agent.definition : { name: '', tools: undefined };
  return {
    ...(tools === undefined ? {} : { only: { agent: name, tools } }),
    allow: [...permissions.allow, ...task.allowedTools],
    deny: [...permissions.deny, ...task.disallowedTools],
    ask: permissions.ask,
    hosts: hostLists(parts.settings.policies),
  };
}

/** Few runs recall anything; who does loads what reads the logs. */
function recallOnDemand(...given: Parameters<typeof import('./recall.ts').createRecall>): Recall {
  return async (query, signal) => (await import('./recall.ts')).createRecall(...given)(query, signal);
}
