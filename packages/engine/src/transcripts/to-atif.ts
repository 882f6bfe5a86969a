// A session as one document of the Agent Trajectory Interchange Format (ATIF 1.4): for debugging, evaluation and training elsewhere.
import {
  type Event,
  type EventOf,
  type JsonObject,
  type JsonValue,
  jsonObjectSchema,
  type Message,
  messageText,
  parseJson,
  toolCalls,
} from '@monkey-coder/protocol';

interface Step {
  step_id: number;
  timestamp: string;
  source: 'user' | 'agent' | 'system';
  message: string;
  [more: string]: JsonValue;
}

/** The document. Sub-agents' own steps are left out: the report of each stands as the observation of its call. */
export function toAtif(events: readonly Event[], productVersion: string): JsonValue {
  const own = events.filter((event) => event.parentCallId === undefined);
  const started = own.find((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const answers = own.filter((event): event is EventOf<'model.ended'> => event.type === 'model.ended');
  const steps = own.reduce<Step[]>((list, event) => addStep(list, event, own), []);
  const sum = (of: (answer: EventOf<'model.ended'>) => number): number =>
    answers.reduce((total, answer) => total + of(answer), 0);
  return {
    schema_version: 'ATIF-v1.4',
    session_id: own[0]?.sessionId ?? '',
    agent: {
      name: 'monkey-coder',
      version: productVersion,
      model_name: started?.quote.model ?? answers[0]?.model ?? '',
    },
    steps: steps as unknown as JsonValue,
    final_metrics: {
      total_prompt_tokens: sum((answer) => answer.usage.inputTokens),
      total_completion_tokens: sum((answer) => answer.usage.outputTokens),
      total_cached_tokens: sum((answer) => answer.usage.cachedInputTokens),
      total_cost_usd: sum((answer) => answer.costMicroUsd ?? 0) / 1_000_000,
      total_steps: steps.length,
    },
  };
}

function addStep(list: Step[], event: Event, all: readonly Event[]): Step[] {
  const base = { step_id: list.length + 1, timestamp: new Date(event.time).toISOString() };
  if (event.type === 'run.started' && list.length === 0)
    list.push({ ...base, source: 'system', message: event.system });
  else if (event.type === 'message.added')
    list.push({
      ...base,
      source: event.origin === 'user' || event.origin === 'steering' ? 'user' : 'system',
      message: messageText(event.message),
    });
  else if (event.type === 'model.ended' && event.purpose === undefined)
    list.push({ ...base, source: 'agent', ...answerOf(event, all) });
  return list;
}

function answerOf(event: EventOf<'model.ended'>, all: readonly Event[]): { readonly message: string } & JsonObject {
  const { message, usage, costMicroUsd } = event;
  const calls = toolCalls(message);
  const reasoning = reasoningOf(message);
  const results = calls.flatMap((call) => {
    const ended = all.find(
      (one): one is EventOf<'tool.ended'> => one.type === 'tool.ended' && one.callId === call.id && one.seq > event.seq,
    );
    return ended === undefined ? [] : [{ source_call_id: call.id, content: ended.output }];
  });
  return {
    message: messageText(message),
    model_name: event.model,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) => ({
            tool_call_id: call.id,
            function_name: call.name,
            arguments: jsonObjectSchema.safeParse(parseJson(call.arguments)).data ?? {},
          })),
        }),
    ...(results.length === 0 ? {} : { observation: { results } }),
    metrics: {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      cached_tokens: usage.cachedInputTokens,
      ...(costMicroUsd === null ? {} : { cost_usd: costMicroUsd / 1_000_000 }),
    },
  };
}

function reasoningOf(message: Message): string {
  return message.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
}
