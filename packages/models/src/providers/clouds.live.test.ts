// Azure and Bedrock against servers that look at every header and path. What the real clouds say cannot be tried here.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelEvent } from '@monkey-coder/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createCatalogue } from '../catalogue/catalogue.ts';
import { dialectNamed } from '../dialects/dialects.ts';
import { collectEvents } from '../testing/model-contract.ts';
import { encodeAwsEvent } from '../transport/aws-event-stream.ts';
import { awsSignatureHeaders } from '../transport/aws-signature.ts';
import { createHttpClient } from '../transport/http-client.ts';
import { createProviderModel } from './provider-model.ts';
import { resolveTarget } from './target.ts';

interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(answer: (response: ServerResponse) => void): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const now = Date.parse('2026-11-21T10:00:00Z');

async function call(model: string, env: Record<string, string>): Promise<ModelEvent | undefined> {
  const http = createHttpClient();
  closers.push(async () => http.close());
  const target = resolveTarget({ model, env, keys: {}, catalogue: createCatalogue(), now });
  return (await collectEvents(createProviderModel(target, { http, now: () => now }))).at(-1);
}

const chat = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end('data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
};

describe('azure', () => {
  it('sends the deployment as the model, the key in its own header', async () => {
    const { url, seen } = await serve(chat);
    const env = { AZURE_OPENAI_ENDPOINT: url, AZURE_OPENAI_API_KEY: 'azure-key' };
    expect(await call('azure/my-deployment', env)).toMatchObject({ type: 'end', message: { parts: [{ text: 'hi' }] } });
    expect(seen[0]?.url).toBe('/openai/v1/chat/completions');
    expect(seen[0]?.headers).toMatchObject({ 'api-key': 'azure-key' });
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ model: 'my-deployment', max_completion_tokens: 8192 });
  });

  it('uses the addresses with a version when one is set', async () => {
    const { url, seen } = await serve(chat);
    const env = { AZURE_OPENAI_ENDPOINT: `${url}/`, AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_API_VERSION: '2024-10-21' };
    expect((await call('azure/dep loy', env))?.type).toBe('end');
    expect(seen[0]?.url).toBe('/openai/deployments/dep%20loy/chat/completions?api-version=2024-10-21');
  });

  it('needs an endpoint', () => {
    const env = { AZURE_OPENAI_API_KEY: 'k' };
    const wanted = { model: 'azure/d', env, keys: {}, catalogue: createCatalogue(), now };
    expect(() => resolveTarget(wanted)).toThrow(/azure needs a base URL: set AZURE_OPENAI_ENDPOINT/);
  });
});

const model = 'us.anthropic.claude-sonnet-5-v1:0';
const aws = {
  AWS_ACCESS_KEY_ID: 'AKID',
  AWS_SECRET_ACCESS_KEY: 'hidden',
  AWS_SESSION_TOKEN: 'tok',
  AWS_REGION: 'eu-west-1',
};

function frames(events: readonly object[]): Buffer {
  const headers = { ':message-type': 'event', ':event-type': 'chunk', ':content-type': 'application/json' };
  return Buffer.concat(
    events.map((event) => {
      const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
      return encodeAwsEvent(headers, Buffer.from(JSON.stringify({ bytes, p: 'abcdef' })));
    }),
  );
}

/** Events of an answer as Anthropic writes them. */
function anthropicEvents(): object[] {
  const encoder = dialectNamed('anthropic-messages')?.createEncoder({ responseId: 'r', createdAt: 0, model: 'm' });
  const message = { role: 'assistant' as const, parts: [{ type: 'text' as const, text: 'hi there' }] };
  const usage = {
    inputTokens: 3,
    outputTokens: 2,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  };
  const events: ModelEvent[] = [
    { type: 'start', model: 'm', responseId: 'r' },
    { type: 'text.delta', text: 'hi there' },
    { type: 'end', finishReason: 'stop', usage, model: 'm', message },
  ];
  const text = events.map((event) => encoder?.encode(event) ?? '').join('');
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json ?? '') as object);
}

const framed = (body: Buffer) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  response.end(body);
};

describe('bedrock', () => {
  it('signs what it sends and reads what is framed', async () => {
    const { url, seen } = await serve(framed(frames(anthropicEvents())));
    const env = { ...aws, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url };
    const end = await call(`bedrock/${model}`, env);
    expect(end).toMatchObject({ type: 'end', usage: { inputTokens: 3 }, message: { parts: [{ text: 'hi there' }] } });
    const request = seen[0];
    expect(request?.url).toBe(`/model/${encodeURIComponent(model)}/invoke-with-response-stream`);
    const body = JSON.parse(request?.body ?? '') as Record<string, unknown>;
    expect(body).toMatchObject({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 8192 });
    expect(body).not.toHaveProperty('model');
    expect(body).not.toHaveProperty('stream');
    const expected = awsSignatureHeaders(
      {
        method: 'POST',
        url: new URL(`${url}${request?.url}`),
        headers: { 'content-type': 'application/json' },
        body: request?.body ?? '',
        region: 'eu-west-1',
        service: 'bedrock',
        now,
      },
      { accessKeyId: 'AKID', secretAccessKey: 'hidden', sessionToken: 'tok' },
    );
    expect(request?.headers).toMatchObject(expected);
    expect(JSON.stringify(request?.headers)).not.toContain('hidden');
  });

  it('sends a Bedrock API key as it is', async () => {
    const { url, seen } = await serve(framed(frames(anthropicEvents())));
    const env = { ...aws, AWS_BEARER_TOKEN_BEDROCK: 'bearer', AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url };
    expect((await call(`bedrock/${model}`, env))?.type).toBe('end');
    expect(seen[0]?.headers.authorization).toBe('Bearer bearer');
    expect(seen[0]?.headers['x-amz-date']).toBeUndefined();
  });

  it('finds the host of a region, and says which key is missing', () => {
    const wanted = { model: `bedrock/${model}`, keys: {}, catalogue: createCatalogue(), now };
    expect(resolveTarget({ ...wanted, env: aws }).baseUrl).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com');
    expect(() => resolveTarget({ ...wanted, env: {} })).toThrow(/no key for Amazon Bedrock/);
    expect(JSON.stringify(resolveTarget({ ...wanted, env: aws }))).not.toMatch(/hidden|"tok"/);
  });

  const half = anthropicEvents().slice(0, 3);
  const thrown = (type: string) =>
    encodeAwsEvent({ ':message-type': 'exception', ':exception-type': type }, Buffer.from('{"message":"no more"}'));
  const endings: [string, Buffer, string][] = [
    ['a throttle', Buffer.concat([frames(half), thrown('throttlingException')]), 'rate_limit'],
    ['an internal error', Buffer.concat([frames(half), thrown('internalServerException')]), 'server'],
    ['too long a prompt', thrown('validationException'), 'invalid_request'],
    ['no end', frames(half), 'truncated'],
    ['a cut frame', frames(half).subarray(0, -10), 'truncated'],
    ['a wrong bit', Buffer.concat([frames(half), Buffer.alloc(40, 1)]), 'malformed'],
  ];
  it.each(endings)('%s ends as what it is', async (_name, body, code) => {
    const { url } = await serve(framed(body));
    const env = { ...aws, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url };
    expect(await call(`bedrock/${model}`, env)).toMatchObject({ type: 'error', failure: { code } });
  });

  it('an HTTP error is classified as elsewhere', async () => {
    const { url } = await serve((response) => {
      response.writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' });
      response.end('{"message":"You do not have access to the model"}');
    });
    const env = { ...aws, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url };
    expect(await call(`bedrock/${model}`, env)).toMatchObject({ failure: { code: 'permission' } });
  });
});
