// Plays a scenario: chooses the turn, checks the request, and says step by step what happens on the wire.

import type {
  FinishReason,
  Message,
  ModelEvent,
  ModelFailure,
  ModelRequest,
  Part,
  Usage,
} from '@monkey-coder/protocol';
import { modelErrorCodeSchema } from '@monkey-coder/protocol';
import { estimateTokens } from '../catalogue/token-estimate.ts';
import { classifyFailure } from '../dialects/classify.ts';
import { modelFailure } from '../transport/failures.ts';
import { beginsWith, findMismatches } from './expectations.ts';
import type { Scenario, ScenarioTurn } from './scenario.ts';

/** One thing that happens. */
export type Step =
  | { readonly kind: 'event'; readonly event: ModelEvent }
  /** Before the first byte: an HTTP error. */
  | { readonly kind: 'refuse'; readonly failure: ModelFailure }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'stall' }
  | { readonly kind: 'garbage' }
  /** The body ends in order, without the end of the answer. */
  | { readonly kind: 'close' };

/** What a request gets: the turn it took (from 0), and the steps. */
export interface Performance {
  readonly turn: number;
  /** Set when the request was not what the scenario expects. */
  readonly mismatch?: string;
  readonly steps: readonly Step[];
}

/** Answers requests by a scenario; keeps only the counts that `sequence` and `times` need. */
export interface Player {
  play(request: ModelRequest): Performance;
}

/** Makes the player of one scenario. */
export function createPlayer(scenario: Scenario): Player {
  const asked = new Map<string, number>();
  const next = new Map<readonly ScenarioTurn[], number>();
  return {
    play(request) {
      const { turns, name } = conversationOf(scenario, request);
      const taken = next.get(turns) ?? 0;
      next.set(turns, taken + 1);
      const turn = scenario.mode === 'sequence' ? taken : request.messages.filter((m) => m.role === 'assistant').length;
      const key = `${name} ${turn}`;
      const count = (asked.get(key) ?? 0) + 1;
      asked.set(key, count);
      const script = turns[turn];
      const where = `scenario "${name}", turn ${turn + 1}`;
      if (script === undefined) return refuse(turn, `${where}: the scenario has only ${turns.length} turns`);
      const problems = findMismatches(script.expect ?? {}, request);
      if (problems.length > 0) return refuse(turn, `${where}: ${problems.join('; ')}`);
      const isTroubled = script.times === undefined || count <= script.times;
      return { turn, steps: perform(script, { turn, request, isTroubled }) };
    },
  };
}

/** The turns that play a request: those of the first other conversation that fits, else the scenario's own. */
function conversationOf(
  scenario: Scenario,
  request: ModelRequest,
): { readonly turns: readonly ScenarioTurn[]; readonly name: string } {
  const at = (scenario.others ?? []).findIndex(
    ({ when, model }) => (model === undefined || model === request.model) && beginsWith(when, request),
  );
  const other = scenario.others?.[at];
  return other === undefined ? scenario : { turns: other.turns, name: `${scenario.name}, others ${at + 1}` };
}

function refuse(turn: number, mismatch: string): Performance {
  const failure = modelFailure('invalid_request', mismatch, { status: 422 });
  return { turn, mismatch, steps: [{ kind: 'refuse', failure }] };
}

interface Scene {
  readonly turn: number;
  readonly request: ModelRequest;
  readonly isTroubled: boolean;
}

function perform(script: ScenarioTurn, scene: Scene): Step[] {
  const before: Step[] = script.delayMs === undefined ? [] : [{ kind: 'wait', ms: script.delayMs }];
  const { error } = script;
  if (scene.isTroubled && error !== undefined && error.after === undefined) {
    return [...before, { kind: 'refuse', failure: failureOf(error) }];
  }
  const content = contentEvents(script, scene);
  const trouble = scene.isTroubled ? troubleOf(script) : undefined;
  const shown = trouble === undefined ? content : content.slice(0, trouble.after);
  const pace = script.tokensPerSecond;
  const chunk = script.chunk ?? defaultChunk;
  const wait: Step[] = pace === undefined ? [] : [{ kind: 'wait', ms: ((chunk / 4) * 1000) / pace }];
  return [
    ...before,
    {
      kind: 'event',
      event: { type: 'start', model: modelOf(script, scene.request), responseId: `resp_${scene.turn + 1}` },
    },
    ...shown.flatMap((event): Step[] => [...wait, { kind: 'event', event }]),
    ...(trouble === undefined ? [{ kind: 'event', event: endEvent(script, scene) } as const] : trouble.steps),
  ];
}

function modelOf(script: ScenarioTurn, request: ModelRequest): string {
  return script.reply?.model ?? request.model;
}

function troubleOf(script: ScenarioTurn): { readonly after: number; readonly steps: readonly Step[] } | undefined {
  if (script.error?.after !== undefined) {
    const failure = failureOf(script.error);
    const event: ModelEvent = { type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: usageOf('') };
    return { after: script.error.after, steps: [{ kind: 'event', event }] };
  }
  if (script.cut !== undefined) return { after: script.cut, steps: [{ kind: 'cut' }] };
  if (script.stall !== undefined) return { after: script.stall, steps: [{ kind: 'stall' }] };
  if (script.garbage !== undefined) return { after: script.garbage, steps: [{ kind: 'garbage' }, { kind: 'close' }] };
  if (script.endWithoutFinish) return { after: Number.POSITIVE_INFINITY, steps: [{ kind: 'close' }] };
  return undefined;
}

function failureOf(error: NonNullable<ScenarioTurn['error']>): ModelFailure {
  const message =
    error.message ?? `scripted failure${error.status === undefined ? '' : ` with status ${error.status}`}`;
  const wait = error.retryAfter === undefined ? {} : { retryAfterMs: Math.round(error.retryAfter * 1000) };
  const status = error.status === undefined ? {} : { status: error.status };
  const code = modelErrorCodeSchema.options.find((one) => one === error.code);
  if (code !== undefined) return modelFailure(code, message, { ...status, ...wait });
  return { ...classifyFailure({ ...status, body: { error: { message } } }), message, ...wait };
}

const defaultChunk = 24;

function contentEvents(script: ScenarioTurn, scene: Scene): ModelEvent[] {
  const size = script.chunk ?? defaultChunk;
  const { reasoning = '', text = '' } = script.reply ?? {};
  return [
    ...pieces(reasoning, size).map((piece): ModelEvent => ({ type: 'reasoning.delta', text: piece })),
    ...pieces(text, size).map((piece): ModelEvent => ({ type: 'text.delta', text: piece })),
    ...calls(script, scene.turn).flatMap(({ id, name, arguments: given }): ModelEvent[] => [
      { type: 'tool-call.started', id, name },
      ...pieces(given, size).map((piece): ModelEvent => ({ type: 'tool-call.delta', id, arguments: piece })),
      { type: 'tool-call.ended', id, name, arguments: given },
    ]),
  ];
}

/** Cuts between characters, never inside one. */
function pieces(text: string, size: number): string[] {
  const characters = [...text];
  const count = Math.ceil(characters.length / size);
  return Array.from({ length: count }, (_, index) => characters.slice(index * size, (index + 1) * size).join(''));
}

function calls(script: ScenarioTurn, turn: number): Extract<Part, { type: 'tool-call' }>[] {
  return (script.reply?.toolCalls ?? []).map((call, index) => ({
    type: 'tool-call',
    id: call.id ?? `call_${turn + 1}_${index + 1}`,
    name: call.name,
    arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments ?? {}),
  }));
}

function endEvent(script: ScenarioTurn, scene: Scene): ModelEvent {
  const message = messageOf(script, scene.turn);
  const hasCalls = message.parts.some((part) => part.type === 'tool-call');
  const finishReason: FinishReason = script.reply?.finish ?? (hasCalls ? 'tool-calls' : 'stop');
  return { type: 'end', finishReason, usage: usageFor(script, scene), model: modelOf(script, scene.request), message };
}

function messageOf(script: ScenarioTurn, turn: number): Message {
  const { reasoning = '', text = '' } = script.reply ?? {};
  const parts: Part[] = [];
  if (reasoning !== '') parts.push({ type: 'reasoning', text: reasoning });
  if (text !== '') parts.push({ type: 'text', text });
  return { role: 'assistant', parts: [...parts, ...calls(script, turn)] };
}

function usageFor(script: ScenarioTurn, scene: Scene): Usage {
  const told = script.reply?.usage;
  const said = script.reply === undefined ? '' : JSON.stringify(messageOf(script, scene.turn).parts);
  const estimate = { ...usageOf(said), inputTokens: estimateTokens(scene.request) };
  if (told === 'none') return { ...estimate, estimated: true };
  return {
    inputTokens: told?.input ?? estimate.inputTokens,
    outputTokens: told?.output ?? estimate.outputTokens,
    cachedInputTokens: told?.cached ?? 0,
    cacheWriteTokens: told?.cacheWrite ?? 0,
    reasoningTokens: told?.reasoning ?? 0,
    estimated: false,
  };
}

function usageOf(text: string): Usage {
  return {
    inputTokens: 0,
    outputTokens: Math.ceil(text.length / 4),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: true,
  };
}
