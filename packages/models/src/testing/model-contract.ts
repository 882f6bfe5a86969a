// The conformance suite of `LanguageModel`: every implementation and every decorator runs it.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { userMessage } from '@monkey-coder/protocol';
import type { LanguageModel } from '../language-model.ts';
import type { ContractCase } from './contract.ts';

/** What the model under test is to do. */
export type ModelBehaviour = 'answers' | 'refuses' | 'streams-slowly' | 'breaks-off';

/** A model under test. */
export interface ModelUnderTest {
  readonly model: LanguageModel;
  /** Calls that reached the upstream so far. */
  calls(): number;
  /** Whether the upstream saw the last call closed before its end; absent where there is no upstream to see. */
  upstreamClosed?(): boolean;
  close(): Promise<void>;
}

/** Opens a model that behaves so: `answers` with some text; `streams-slowly` for at least two seconds. */
export type OpenModel = (behaviour: ModelBehaviour) => Promise<ModelUnderTest>;

/** A plain request for tests. */
export function testRequest(overrides: Partial<ModelRequest> = {}): ModelRequest {
  return {
    callId: 'call_test',
    model: 'scripted',
    system: '',
    messages: [userMessage('hello')],
    tools: [],
    ...overrides,
  };
}

/** All events of one call; fails when there is not exactly one terminal event at the end. */
export async function collectEvents(
  model: LanguageModel,
  request: ModelRequest = testRequest(),
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(request, { signal })) events.push(event);
  const terminals = events.filter((event) => event.type === 'end' || event.type === 'error');
  assert.equal(terminals.length, 1, `${terminals.length} terminal events instead of one`);
  assert.equal(events.at(-1), terminals[0], 'the terminal event is not the last');
  return events;
}

const cases: Readonly<Record<string, readonly [ModelBehaviour, (tested: ModelUnderTest) => Promise<void>]>> = {
  'an answer ends once, and its message is what streamed': [
    'answers',
    async ({ model }) => {
      const events = await collectEvents(model);
      const end = events.at(-1);
      assert.equal(end?.type, 'end');
      const streamed = events.map((event) => (event.type === 'text.delta' ? event.text : '')).join('');
      assert.notEqual(streamed, '');
      const said = end?.type === 'end' ? end.message.parts.map((part) => (part.type === 'text' ? part.text : '')) : [];
      assert.equal(said.join(''), streamed);
    },
  ],
  'nothing is sent before the first event is asked for': [
    'answers',
    async ({ model, calls }) => {
      const events = model.stream(testRequest(), { signal: new AbortController().signal });
      await delay(30);
      assert.equal(calls(), 0);
      await events[Symbol.asyncIterator]().return?.();
      await delay(30);
      assert.equal(calls(), 0);
    },
  ],
  'each stream is a call of its own': [
    'answers',
    async ({ model, calls }) => {
      await collectEvents(model);
      await collectEvents(model);
      assert.equal(calls(), 2);
    },
  ],
  'a refusal is an event, not an exception': [
    'refuses',
    async ({ model }) => void expectError(await collectEvents(model)),
  ],
  'a broken stream is an event, not an exception': [
    'breaks-off',
    async ({ model }) => void expectError(await collectEvents(model)),
  ],
  'a call aborted before its start is cancelled and sends nothing': [
    'answers',
    async ({ model, calls }) => {
      const events = await collectEvents(model, testRequest(), AbortSignal.abort());
      assert.equal(expectError(events), 'cancelled');
      assert.equal(calls(), 0);
    },
  ],
  'an abort in the middle ends as cancelled at once and closes the upstream': ['streams-slowly', abortInTheMiddle],
  'leaving the loop closes the upstream': ['streams-slowly', leaveTheLoop],
};

function expectError(events: readonly ModelEvent[]): string {
  const last = events.at(-1);
  assert.equal(last?.type, 'error');
  return last?.type === 'error' ? last.failure.code : '';
}

async function abortInTheMiddle(tested: ModelUnderTest): Promise<void> {
  const controller = new AbortController();
  const events: ModelEvent[] = [];
  let abortedAt = 0;
  for await (const event of tested.model.stream(testRequest(), { signal: controller.signal })) {
    events.push(event);
    if (event.type !== 'text.delta' || abortedAt > 0) continue;
    abortedAt = performance.now();
    controller.abort();
  }
  const last = events.at(-1);
  assert.equal(last?.type === 'error' ? last.failure.code : last?.type, 'cancelled');
  assert.ok(performance.now() - abortedAt < 100, 'the stream did not end within 100 ms of the abort');
  await expectClosed(tested, abortedAt);
}

async function leaveTheLoop(tested: ModelUnderTest): Promise<void> {
  for await (const event of tested.model.stream(testRequest(), { signal: new AbortController().signal })) {
    if (event.type === 'text.delta') break;
  }
  await expectClosed(tested, performance.now());
}

async function expectClosed(tested: ModelUnderTest, since: number): Promise<void> {
  if (tested.upstreamClosed === undefined) return;
  while (!tested.upstreamClosed() && performance.now() - since < 1000) await delay(5);
  const took = performance.now() - since;
  assert.ok(
    tested.upstreamClosed() && took < 100,
    `the upstream was closed after ${Math.round(took)} ms, not within 100`,
  );
}

/** The checks every model must pass. */
export function languageModelContract(open: OpenModel): ContractCase[] {
  return Object.entries(cases).map(([name, [behaviour, check]]) => ({
    name,
    async run() {
      const tested = await open(behaviour);
      try {
        await check(tested);
      } finally {
        await tested.close();
      }
    },
  }));
}
