// The scripted model in this process: a LanguageModel that plays a scenario.
import type { Message, ModelEvent, ModelFailure, ModelRequest } from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';
import type { LanguageModel } from '../language-model.ts';
import { modelFailure } from '../transport/failures.ts';
import { createPlayer, type Player, type Step } from './player.ts';
import type { Scenario } from './scenario.ts';

/** Makes a model that answers by a scenario, without any network. A stall ends at once, as the watchdog would end it. */
export function createScriptedModel(
  scenario: Scenario,
  options: { readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void> } = {},
): LanguageModel {
  const player = createPlayer(scenario);
  const sleep = options.sleep ?? (async () => undefined);
  return {
    identity: { provider: 'scripted', model: scenario.model ?? 'scripted' },
    stream: (request, { signal }) => run(player, request, signal, sleep),
  };
}

async function* run(
  player: Player,
  request: ModelRequest,
  signal: AbortSignal,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<ModelEvent> {
  const partial: Message = { role: 'assistant', parts: [] };
  let hasContent = false;
  let terminal: ModelEvent | undefined;
  for (const step of signal.aborted ? [] : player.play(request).steps) {
    if (step.kind === 'wait') await sleep(step.ms, signal);
    if (signal.aborted) break;
    if (step.kind === 'wait') continue;
    terminal = terminalOf(step, hasContent, partial);
    if (terminal !== undefined) break;
    if (step.kind === 'event') {
      collect(partial, step.event);
      hasContent ||= step.event.type !== 'start';
      yield step.event;
    }
  }
  yield terminal ?? failed(modelFailure('cancelled', 'the call was cancelled'), partial);
}

function failed(failure: ModelFailure, partial: Message): ModelEvent {
  return { type: 'error', failure, partial, usage: noUsage };
}

function terminalOf(
  step: Exclude<Step, { kind: 'wait' }>,
  hasContent: boolean,
  partial: Message,
): ModelEvent | undefined {
  if (step.kind !== 'event') return failed(failureOf(step, hasContent), partial);
  if (step.event.type === 'error') return { ...step.event, partial };
  return step.event.type === 'end' ? step.event : undefined;
}

function failureOf(step: Exclude<Step, { kind: 'event' | 'wait' }>, hasContent: boolean): ModelFailure {
  switch (step.kind) {
    case 'refuse':
      return step.failure;
    case 'cut':
      return modelFailure('network', 'the scripted connection was cut');
    case 'stall':
      return modelFailure(hasContent ? 'timeout.idle' : 'timeout.first_token', 'the scripted answer stalled');
    case 'garbage':
      return modelFailure('malformed', 'the scripted answer held something that is no event');
    case 'close':
      return modelFailure('truncated', 'the scripted answer ended without a finish reason');
  }
}

function collect(message: Message, event: ModelEvent): void {
  if (event.type === 'tool-call.ended') {
    message.parts.push({ type: 'tool-call', id: event.id, name: event.name, arguments: event.arguments });
  }
  if (event.type !== 'text.delta' && event.type !== 'reasoning.delta') return;
  const type = event.type === 'text.delta' ? 'text' : 'reasoning';
  const last = message.parts.at(-1);
  if (last?.type === type) message.parts[message.parts.length - 1] = { ...last, text: last.text + event.text };
  else message.parts.push({ type, text: event.text });
}
