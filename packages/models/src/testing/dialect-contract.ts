// The conformance suite of `Dialect`: what goes out through one half comes back through the other.

import assert from 'node:assert/strict';
import type { FinishReason, JsonValue, Message, ModelEvent, ModelRequest, Part, Usage } from '@monkey-coder/protocol';
import { modelErrorCodeSchema } from '@monkey-coder/protocol';
import type { Dialect } from '../dialects/dialect.ts';
import { modelFailure } from '../transport/failures.ts';
import { type ContractCase, seededRandom } from './contract.ts';

type Random = () => number;

/** What a wire format has no words for; everything else must survive. */
export interface DialectLimits {
  readonly noStopSequences?: boolean;
  /** A tool choice is either forced or not said; no single tool can be named. */
  readonly onlyForcedToolChoice?: boolean;
  /** Written cache tokens are not told apart. */
  readonly noCacheWrites?: boolean;
}

const words = ['alpha', 'βeta', '🐒', 'line\nbreak', '"quoted"', '\u2028', '\\', 'data: x', '汉字', 'e\u0301'];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

function someText(random: Random): string {
  return ['x', ...Array.from({ length: 1 + Math.floor(random() * 12) }, () => pick(random, words))].join(' ');
}

/** A well-formed conversation: what repair leaves as it is. */
function someRequest(random: Random): ModelRequest {
  const messages: Message[] = [];
  for (let turn = 0; turn <= random() * 3; turn++) {
    messages.push({ role: 'user', parts: [{ type: 'text', text: someText(random) }] });
    const calls = Array.from({ length: Math.floor(random() * 3) }, (_, index): Extract<Part, { type: 'tool-call' }> => {
      const given = JSON.stringify({ path: someText(random), count: index });
      return { type: 'tool-call', id: `call_${turn}_${index}`, name: 'read', arguments: given };
    });
    messages.push({ role: 'assistant', parts: [{ type: 'text', text: someText(random) }, ...calls] });
    const results = calls.map(({ id, name }): Part => {
      return { type: 'tool-result', callId: id, name, output: someText(random), isError: false };
    });
    if (results.length > 0) messages.push({ role: 'tool', parts: results });
  }
  messages.push({ role: 'user', parts: [{ type: 'text', text: someText(random) }] });
  return {
    callId: '',
    model: 'some-model',
    system: someText(random),
    messages,
    tools: [
      {
        name: 'read',
        description: someText(random),
        parameters: { type: 'object', properties: { path: { type: 'string' } } },
      },
    ],
    maxOutputTokens: 1 + Math.floor(random() * 9000),
    ...(random() < 0.5 ? { temperature: 0.5 } : {}),
    ...(random() < 0.5 ? { toolChoice: pick(random, ['auto', 'required', { name: 'read' }] as const) } : {}),
    ...(random() < 0.3 ? { stopSequences: [someText(random)] } : {}),
  };
}

const allUsage: Usage = {
  inputTokens: 120,
  outputTokens: 30,
  cachedInputTokens: 70,
  cacheWriteTokens: 20,
  reasoningTokens: 8,
  estimated: false,
};

/** Events of one answer as a well-behaved model gives them. */
function someAnswer(random: Random, limits: DialectLimits): ModelEvent[] {
  const events: ModelEvent[] = [{ type: 'start', model: 'some-model', responseId: 'resp_1' }];
  const parts: Part[] = [];
  const say = (type: 'text' | 'reasoning'): void => {
    const pieces = Array.from({ length: 1 + Math.floor(random() * 4) }, () => someText(random));
    events.push(...pieces.map((text): ModelEvent => ({ type: `${type}.delta`, text })));
    parts.push({ type, text: pieces.join('') });
  };
  if (random() < 0.5) say('reasoning');
  if (random() < 0.8 || parts.length === 0) say('text');
  for (let index = 0; index < Math.floor(random() * 3); index++) {
    const call = { id: `call_${index}`, name: pick(random, ['read', 'write']) };
    const given = JSON.stringify({ text: someText(random), index });
    const half = Math.floor(given.length / 2);
    events.push({ type: 'tool-call.started', ...call });
    for (const piece of [given.slice(0, half), given.slice(half)]) {
      events.push({ type: 'tool-call.delta', id: call.id, arguments: piece });
    }
    events.push({ type: 'tool-call.ended', ...call, arguments: given });
    parts.push({ type: 'tool-call', ...call, arguments: given });
  }
  const hasCalls = parts.some((part) => part.type === 'tool-call');
  const finishReason: FinishReason = hasCalls
    ? 'tool-calls'
    : pick(random, ['stop', 'length', 'content-filter'] as const);
  const usage = limits.noCacheWrites ? { ...allUsage, cacheWriteTokens: 0 } : allUsage;
  events.push({ type: 'end', finishReason, usage, model: 'some-model', message: { role: 'assistant', parts } });
  return events;
}

function encode(dialect: Dialect, events: readonly ModelEvent[]): Uint8Array {
  const encoder = dialect.createEncoder({ responseId: 'resp_1', createdAt: 0, model: 'some-model' });
  return Buffer.from(events.map((event) => encoder.encode(event)).join(''));
}

/** Decodes in pieces of random length from 1 to `longest` bytes. */
function decode(dialect: Dialect, bytes: Uint8Array, random: Random, longest: number): ModelEvent[] {
  const decoder = dialect.createDecoder({ status: 200, headers: {} }, { model: 'some-model', quirks: {} });
  const events: ModelEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + Math.floor(random() * longest);
    events.push(...decoder.push(bytes.subarray(at, end)));
    at = end;
  }
  return [...events, ...decoder.finish()];
}

/** What an answer says, free of how it was cut and of the vendor's own data. */
function essence(events: readonly ModelEvent[]): JsonValue {
  const last = events.at(-1);
  const join = (type: 'text.delta' | 'reasoning.delta'): string =>
    events.map((event) => (event.type === type ? event.text : '')).join('');
  const calls = events.flatMap((event) =>
    event.type === 'tool-call.ended' ? [{ id: event.id, name: event.name, arguments: event.arguments }] : [],
  );
  const message =
    last?.type === 'end' ? last.message.parts.map(({ ...part }) => ({ ...part, providerData: null })) : [];
  const end =
    last?.type === 'end' ? { finishReason: last.finishReason, model: last.model, usage: { ...last.usage } } : null;
  return { text: join('text.delta'), reasoning: join('reasoning.delta'), calls, message, end } as unknown as JsonValue;
}

/** The request without what the wire has no words for; each loss must be told in a note. */
function speakable(request: ModelRequest, limits: DialectLimits, notes: readonly string[]): ModelRequest {
  const { stopSequences, toolChoice, ...rest } = request;
  const losesStops = stopSequences !== undefined && limits.noStopSequences === true;
  assert.equal(notes.length > 0, losesStops || isNamed(toolChoice, limits), `what is left out is told: ${notes}`);
  const choice = limits.onlyForcedToolChoice
    ? toolChoice === 'auto'
      ? undefined
      : toolChoice && 'required'
    : toolChoice;
  return {
    ...rest,
    ...(choice === undefined ? {} : { toolChoice: choice }),
    ...(stopSequences === undefined || losesStops ? {} : { stopSequences }),
  };
}

function isNamed(choice: ModelRequest['toolChoice'], limits: DialectLimits): boolean {
  return limits.onlyForcedToolChoice === true && typeof choice === 'object';
}

function requestsSurvive(dialect: Dialect, limits: DialectLimits): void {
  const random = seededRandom(1);
  for (let round = 0; round < 100; round++) {
    const request = someRequest(random);
    const wire = dialect.encodeRequest(request, {});
    assert.equal(JSON.stringify(wire.body), JSON.stringify(dialect.encodeRequest(request, {}).body), 'bytes differ');
    const path = `/v1${wire.path.split('?')[0]}`;
    assert.ok(dialect.matchesPath(path));
    const back = dialect.decodeRequest(JSON.parse(JSON.stringify(wire.body)) as JsonValue, path);
    assert.deepEqual(back.request, speakable(request, limits, wire.notes));
    assert.equal(back.stream, true);
  }
}

function answersSurvive(dialect: Dialect, limits: DialectLimits): void {
  const random = seededRandom(2);
  for (let round = 0; round < 100; round++) {
    const events = someAnswer(random, limits);
    const bytes = encode(dialect, events);
    for (const longest of [1, 9, 100_000]) {
      assert.deepEqual(essence(decode(dialect, bytes, random, longest)), essence(events));
    }
  }
}

function cutsAreNeverWhole(dialect: Dialect, limits: DialectLimits): void {
  const random = seededRandom(3);
  const events = someAnswer(random, limits);
  const bytes = encode(dialect, events.slice(0, -1));
  for (let at = 0; at < bytes.length; at++) {
    const got = decode(dialect, bytes.subarray(0, at), random, 64);
    const terminals = got.filter((event) => event.type === 'end' || event.type === 'error');
    assert.equal(terminals.length, 1);
    const last = got.at(-1);
    assert.equal(last?.type === 'error' ? last.failure.code : last?.type, 'truncated', `cut after ${at} bytes`);
  }
}

function documentsSurvive(dialect: Dialect, limits: DialectLimits): void {
  const random = seededRandom(4);
  for (let round = 0; round < 50; round++) {
    const events = someAnswer(random, limits);
    const end = events.at(-1);
    if (end?.type !== 'end') throw new Error('no end');
    const text = JSON.stringify(dialect.encodeDocument(end, { responseId: 'resp_1', createdAt: 0 }));
    const got = decode(dialect, Buffer.from(text), random, 50);
    assert.deepEqual(essence(got), essence(events));
  }
}

function failuresSurvive(dialect: Dialect): void {
  const clear = modelErrorCodeSchema.options.filter((code) =>
    ['auth', 'permission', 'not_found', 'rate_limit', 'quota', 'overloaded', 'server', 'invalid_request'].includes(
      code,
    ),
  );
  for (const code of clear) {
    const failure = modelFailure(
      code,
      `something about ${code.replace('_', ' ')}`,
      code === 'rate_limit' ? { retryAfterMs: 120_000 } : {},
    );
    const { status, headers, body } = dialect.encodeFailure(failure);
    const decoder = dialect.createDecoder({ status, headers }, { model: 'm', quirks: {} });
    const events = [...decoder.push(Buffer.from(JSON.stringify(body))), ...decoder.finish()];
    const [event] = events;
    assert.equal(events.length, 1);
    assert.equal(event?.type === 'error' ? event.failure.code : event?.type, code);
    assert.equal(event?.type === 'error' ? event.failure.retryAfterMs : undefined, failure.retryAfterMs);
  }
}

/** The checks every dialect must pass. */
export function dialectContract(dialect: Dialect, limits: DialectLimits = {}): ContractCase[] {
  const cases: Readonly<Record<string, (dialect: Dialect, limits: DialectLimits) => void>> = {
    'requests come back as they went out, in the same bytes each time': requestsSurvive,
    'streamed answers come back however they are cut': answersSurvive,
    'an answer without its end is truncated, wherever it is cut': cutsAreNeverWhole,
    'whole answers come back': documentsSurvive,
    'failures come back with their code and delay': failuresSurvive,
  };
  return Object.entries(cases).map(([name, check]) => ({ name, run: async () => check(dialect, limits) }));
}
