// The scripted model as an HTTP provider: one scenario, served in every dialect there is, with a log of requests.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DialectName, ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { errorMessage, parseJson } from '@monkey-coder/protocol';
import type { Dialect, WireEncoder } from '../dialects/dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { modelFailure } from '../transport/failures.ts';
import { createPlayer, type Performance, type Player, type Step } from './player.ts';
import type { Scenario } from './scenario.ts';

/** One request the server got. */
export interface ScriptedRequest {
  readonly path: string;
  readonly dialect: DialectName;
  readonly request: ModelRequest;
  readonly isStream: boolean;
  /** Turn it took, from 0. */
  readonly turn: number;
  /** What was not as the scenario expects. */
  readonly mismatch?: string;
  /** The body as it came, for byte comparisons. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The client went away before the answer was over; set when it happens. */
  clientLeft: boolean;
}

/** A server that runs. */
export interface ScriptedServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`: base URL of Anthropic; `/v1` behind it is that of OpenAI. */
  readonly url: string;
  readonly log: readonly ScriptedRequest[];
  close(): Promise<void>;
}

/** How to serve. */
export interface ServeOptions {
  /** 0 or absent for any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** When given, requests with another key get a 401. */
  readonly key?: string;
  /** Hears each request when it is answered or refused, for a terminal. */
  readonly onRequest?: (request: ScriptedRequest) => void;
}

const bodyLimit = 64 * 1024 * 1024;

/** Serves a scenario in every dialect, `/v1/chat/completions` and `/v1beta/models/NAME:generateContent` for two, and lists its model at `…/models`. */
export async function serveScripted(scenario: Scenario, options: ServeOptions = {}): Promise<ScriptedServer> {
  const { createServer } = await import('node:http');
  const log: ScriptedRequest[] = [];
  const context: ServeContext = { scenario, player: createPlayer(scenario), log, options };
  const server = createServer((request, response) => {
    handle(request, response, context).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, { status: 500, body: { error: { message: errorMessage(error) } } });
    });
  });
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, options.port ?? 0, host);
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ServeContext {
  readonly scenario: Scenario;
  readonly player: Player;
  readonly log: ScriptedRequest[];
  readonly options: ServeOptions;
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function handle(request: IncomingMessage, response: ServerResponse, context: ServeContext): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const body = await readBody(request);
  const isAllowed = keyIsRight(request, context.options.key);
  if (request.method === 'GET' && path.endsWith('/models')) {
    const dialect = request.headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages';
    return isAllowed
      ? sendJson(response, { status: 200, body: modelList(context.scenario) })
      : refuseKey(response, dialect);
  }
  const dialect = dialects.find((one) => one.matchesPath(path));
  if (request.method !== 'POST' || dialect === undefined) {
    return sendJson(response, {
      status: 404,
      body: { error: { message: `nothing is served at ${request.method} ${path}` } },
    });
  }
  if (!isAllowed) return refuseKey(response, dialect.name);
  const entry = perform(dialect, { path, body, headers: request.headers }, context);
  if (entry instanceof Error) {
    const failure = modelFailure('invalid_request', entry.message, { status: 400 });
    return sendJson(response, dialect.encodeFailure(failure));
  }
  await answer(response, { dialect, entry: entry.entry, performance: entry.performance });
}

function keyIsRight(request: IncomingMessage, key: string | undefined): boolean {
  if (key === undefined) return true;
  const { headers } = request;
  const given = [headers['x-api-key'], headers['x-goog-api-key'], headers.authorization?.replace(/^Bearer /, '')];
  return given.includes(key);
}

function refuseKey(response: ServerResponse, name: DialectName): void {
  const dialect = dialects.find((one) => one.name === name);
  const failure = modelFailure('auth', 'Incorrect API key provided', { status: 401 });
  if (dialect !== undefined) sendJson(response, dialect.encodeFailure(failure));
}

function modelList(scenario: Scenario): object {
  const id = scenario.model ?? 'scripted';
  return {
    object: 'list',
    data: [{ id, object: 'model', type: 'model', display_name: id, created: 0, owned_by: 'monkey' }],
  };
}

function perform(
  dialect: Dialect,
  came: { readonly path: string; readonly body: string; readonly headers: IncomingMessage['headers'] },
  context: ServeContext,
): { readonly entry: ScriptedRequest; readonly performance: Performance } | Error {
  const parsed = parseJson(came.body);
  if (parsed === undefined) return new Error('the body is not JSON');
  try {
    const { request, stream } = dialect.decodeRequest(parsed, came.path);
    const performance = context.player.play(request);
    const entry: ScriptedRequest = {
      ...came,
      dialect: dialect.name,
      request,
      isStream: stream,
      turn: performance.turn,
      ...(performance.mismatch === undefined ? {} : { mismatch: performance.mismatch }),
      clientLeft: false,
    };
    context.log.push(entry);
    context.options.onRequest?.(entry);
    return { entry, performance };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface Stage {
  readonly dialect: Dialect;
  readonly entry: ScriptedRequest;
  readonly performance: Performance;
}

async function answer(response: ServerResponse, stage: Stage): Promise<void> {
  const left = new AbortController();
  response.once('close', () => {
    stage.entry.clientLeft = !response.writableFinished;
    left.abort();
  });
  if (stage.entry.isStream) await stream(response, stage, left.signal);
  else await document(response, stage, left.signal);
}

async function stream(
  response: ServerResponse,
  { dialect, performance, entry }: Stage,
  left: AbortSignal,
): Promise<void> {
  const responseId = `resp_${performance.turn + 1}`;
  const encoder = dialect.createEncoder({ responseId, createdAt: 0, model: entry.request.model });
  for (const step of performance.steps) {
    if (left.aborted) return;
    if (step.kind === 'event') await writeEvent(response, encoder, step.event);
    else if (await act(response, dialect, step, left)) return;
  }
  response.end();
}

async function writeEvent(response: ServerResponse, encoder: WireEncoder, event: ModelEvent): Promise<void> {
  if (!response.headersSent)
    response.writeHead(200, { 'content-type': encoder.contentType, 'cache-control': 'no-cache' });
  const text = encoder.encode(event);
  if (text !== '' && !response.write(text)) await drained(response);
}

/** Does what is no event; true when the answer is over. */
async function act(
  response: ServerResponse,
  dialect: Dialect,
  step: Exclude<Step, { kind: 'event' }>,
  left: AbortSignal,
): Promise<boolean> {
  if (step.kind === 'refuse') {
    sendJson(response, dialect.encodeFailure(step.failure));
    return true;
  }
  if (step.kind !== 'wait') return misbehave(response, step, left);
  await pause(step.ms, left);
  return false;
}

/** True when the answer is over. */
async function misbehave(response: ServerResponse, step: Step, left: AbortSignal): Promise<boolean> {
  switch (step.kind) {
    case 'cut':
      response.destroy();
      return true;
    case 'stall':
      response.flushHeaders();
      await pause(undefined, left);
      return true;
    case 'garbage':
      response.write('data: {"this is": not JSON}\n\n');
      return false;
    default:
      return false;
  }
}

/** Without streaming, what goes wrong after the first byte cuts or stalls the connection, or breaks the document. */
async function document(response: ServerResponse, { dialect, performance }: Stage, left: AbortSignal): Promise<void> {
  const options = { responseId: `resp_${performance.turn + 1}`, createdAt: 0 };
  for (const step of performance.steps) {
    if (left.aborted) return;
    if (step.kind !== 'event') {
      if (await act(response, dialect, step, left)) return;
    } else if (step.event.type === 'end') {
      sendJson(response, { status: 200, body: dialect.encodeDocument(step.event, options) });
      return;
    } else if (step.event.type === 'error') {
      sendJson(response, dialect.encodeFailure(step.event.failure));
      return;
    }
  }
  response.end();
}

function sendJson(
  response: ServerResponse,
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown },
): void {
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += (piece as Buffer).length;
    if (size > bodyLimit) throw new Error('the request is too large');
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Waits so long, or without end; over at once when the client leaves. */
function pause(ms: number | undefined, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (left.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      left.removeEventListener('abort', done);
      resolve();
    };
    const timer = ms === undefined ? undefined : setTimeout(done, ms);
    left.addEventListener('abort', done);
  });
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
