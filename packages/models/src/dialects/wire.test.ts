// Recorded real traffic through the decoders: every case of every dialect, in every cutting.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DialectName, Message, ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { parseJson, userMessage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { evaluateWire } from '../testing/wire-score.ts';
import type { Dialect, WireRequest, WireResponseHead } from './dialect.ts';
import { dialectNamed, dialects } from './dialects.ts';

const cases = path.resolve(import.meta.dirname, '../../../../../shared/data/wire/cases.jsonl');

interface RecordedReply {
  readonly id: string;
  readonly dialect: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly chunks?: readonly string[];
  readonly body?: string;
}

/** A request whose history holds the answer. */
function replayOf(answer: Message): ModelRequest {
  const messages = [userMessage('question'), answer, userMessage('go on')];
  return { callId: '', model: 'gemini-3-flash', system: 'system', messages, tools: [], maxOutputTokens: 100 };
}

function read(dialect: Dialect, head: WireResponseHead, text: string): ModelEvent | undefined {
  const decoder = dialect.createDecoder(head, { model: 'm', quirks: {} });
  return [...decoder.push(Buffer.from(text)), ...decoder.finish()].at(-1);
}

/** What is lost of an answer on its way back to the vendor, and on its way through our server half. */
function lossOf({ id, dialect: name, status, headers, chunks, body }: RecordedReply): string {
  const dialect = dialectNamed(name === 'anthropic' ? 'anthropic-messages' : (name as DialectName));
  if (dialect === undefined) return `${name} is not spoken`;
  const end = read(dialect, { status, headers }, chunks?.join('') ?? body ?? '');
  if (end?.type !== 'end') return 'no answer';
  const bytes = (request: ModelRequest): string =>
    JSON.stringify(dialect.encodeRequest(request, { replayReasoning: true }));
  const sent = bytes(replayOf(end.message));
  const wire = JSON.parse(sent) as WireRequest;
  const { request } = dialect.decodeRequest(wire.body, `/v1${wire.path.split('?')[0]}`);
  if (bytes(request) !== sent) return `${id}: as a request: ${bytes(request)} instead of ${sent}`;
  const document = JSON.stringify(dialect.encodeDocument(end, { responseId: 'r', createdAt: 0 }));
  const again = read(dialect, { status: 200, headers: {} }, document);
  if (again?.type !== 'end') return `${id}: its document is no answer`;
  const isUnsigned = end.message.parts.some((part) => part.type === 'reasoning' && part.providerData === undefined);
  if (isUnsigned) return 'none';
  const replayed = bytes(replayOf(again.message));
  return replayed === sent ? 'none' : `${id}: as a document: ${replayed} instead of ${sent}`;
}

function answerOf({ dialect: name, status, headers, chunks, body }: RecordedReply): Message | undefined {
  const dialect = dialectNamed(name === 'anthropic' ? 'anthropic-messages' : (name as DialectName));
  const end = dialect && read(dialect, { status, headers }, chunks?.join('') ?? body ?? '');
  return end?.type === 'end' ? end.message : undefined;
}

/** What another vendor's server half understands of a conversation that began elsewhere: calls with their results. */
function understood(messages: readonly Message[]): string[] {
  return messages.flatMap((message) =>
    message.parts.flatMap((part) => {
      if (part.type === 'tool-call') return [`call ${part.name} ${canonical(part.arguments)}`];
      return part.type === 'tool-result' ? [`result of ${part.name}`] : [];
    }),
  );
}

/** Arguments as an object, keys in their order; what is no object is none. */
function canonical(text: string): string {
  const parsed = parseJson(text);
  return JSON.stringify(typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : {});
}

function handOverTroubles(reply: RecordedReply): string[] {
  const answer = answerOf(reply);
  if (answer === undefined) return [];
  const home = reply.dialect === 'anthropic' ? 'anthropic-messages' : reply.dialect;
  const secrets = answer.parts.flatMap((part) =>
    'providerData' in part && part.providerData ? [part.providerData] : [],
  );
  const words = JSON.stringify(secrets).match(/[\w+/=-]{60,}/g) ?? [];
  const calls = answer.parts.filter((part) => part.type === 'tool-call');
  const expected = [
    ...calls.map((call) => `call ${call.name} ${canonical(call.arguments)}`),
    ...calls.map((call) => `result of ${call.name}`),
  ];
  return dialects
    .filter((dialect) => dialect.name !== home)
    .flatMap((dialect) => {
      const wire = dialect.encodeRequest(replayOf(answer), { replayReasoning: true });
      const text = JSON.stringify(wire.body);
      const { request } = dialect.decodeRequest(wire.body, `/v1${wire.path.split('?')[0]}`);
      const got = understood(request.messages);
      const leaks = words.filter((word) => text.includes(word));
      const isRight = JSON.stringify(got) === JSON.stringify(expected) && leaks.length === 0;
      return isRight ? [] : [`${reply.id} at ${dialect.name}: ${got} instead of ${expected}; leaks ${leaks}`];
    });
}

describe.skipIf(!existsSync(cases))('recorded replies (skipped without ../shared/data/wire)', () => {
  it('are all read right', async () => {
    const score = await evaluateWire(cases);
    expect(score.failures).toEqual([]);
    expect(score.byDialect['openai-chat']).toMatchObject({ total: 62, right: 62 });
    expect(score.byDialect['anthropic']).toMatchObject({ total: 47, right: 47 });
    expect(score.byDialect['openai-responses']).toMatchObject({ total: 43, right: 43 });
    expect(score.byDialect['gemini']).toMatchObject({ total: 36, right: 36 });
    expect(score.byDialect['cohere']).toMatchObject({ total: 18, right: 18 });
  });

  it('go back to the vendor and through the server half without losing a byte', async () => {
    const lines = (await readFile(cases, 'utf8')).split('\n').filter((line) => line !== '');
    const losses = lines.map((line) => lossOf(JSON.parse(line) as RecordedReply));
    expect(losses.filter((loss) => loss !== 'none' && loss !== 'no answer')).toEqual([]);
    expect(losses.filter((loss) => loss === 'none').length).toBeGreaterThan(150);
  });

  it('can be gone on with at every other vendor: calls keep name, arguments and result, secrets stay at home', async () => {
    const lines = (await readFile(cases, 'utf8')).split('\n').filter((line) => line !== '');
    const troubles = lines.flatMap((line) => handOverTroubles(JSON.parse(line) as RecordedReply));
    expect(troubles).toEqual([]);
  });
});
