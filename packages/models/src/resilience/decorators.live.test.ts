// Every decorator keeps the contract of all models, over real HTTP and one by one and composed; rate limits learnt from headers.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { budgeted } from '../budget/budgeted.ts';
import { createMemoryLedger } from '../budget/memory-ledger.ts';
import { cached } from '../cache/cached.ts';
import { createResponseStore } from '../cache/response-store.ts';
import { watchingPrefix } from '../cache/watching-prefix.ts';
import { createCatalogue } from '../catalogue/catalogue.ts';
import type { LanguageModel, ModelDecorator } from '../language-model.ts';
import { createProviderModel, type ProviderModelOptions } from '../providers/provider-model.ts';
import { resolveTarget } from '../providers/target.ts';
import type { ScenarioTurn } from '../scripted/scenario.ts';
import { serveScripted } from '../scripted/scripted-server.ts';
import { seededRandom } from '../testing/contract.ts';
import {
  collectEvents,
  languageModelContract,
  type ModelBehaviour,
  type OpenModel,
  testRequest,
} from '../testing/model-contract.ts';
import { createHttpClient } from '../transport/http-client.ts';
import { breaking } from './breaking.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { failingOver } from './failing-over.ts';
import { CallQueue, limiting } from './limiting.ts';
import { RateWindow } from './rate-window.ts';
import { retrying, sleepUntilAborted } from './retrying.ts';

const folder = mkdtempSync(join(tmpdir(), 'monkey-decorators-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const catalogue = createCatalogue();

const turns: Record<ModelBehaviour, ScenarioTurn> = {
  answers: { reply: { text: 'An answer of some length, cut into pieces.' }, chunk: 10 },
  refuses: { error: { status: 401 } },
  'streams-slowly': { reply: { text: 'slow '.repeat(200) }, chunk: 5, tokensPerSecond: 20 },
  'breaks-off': { reply: { text: 'x'.repeat(100) }, chunk: 10, cut: 3 },
};

function modelAt(url: string, options: ProviderModelOptions = {}): LanguageModel {
  const env = { OPENAI_BASE_URL: `${url}/v1` };
  return createProviderModel(resolveTarget({ model: 'scripted', env, keys: {}, catalogue, now: 0 }), options);
}

const opener =
  (decorate: ModelDecorator): OpenModel =>
  async (behaviour) => {
    const server = await serveScripted({ name: behaviour, turns: [turns[behaviour]] });
    const http = createHttpClient();
    return {
      model: decorate(modelAt(server.url, { http })),
      calls: () => server.log.length,
      upstreamClosed: () => server.log.at(-1)?.clientLeft ?? false,
      async close() {
        http.close();
        await server.close();
      },
    };
  };

const steady = { now: () => performance.now(), random: seededRandom(5), sleep: sleepUntilAborted };
const chain: ModelDecorator = (inner) =>
  failingOver(
    [
      { name: 'a', model: inner },
      { name: 'b', model: inner },
    ],
    { ...steady, rounds: 1, afterContent: 'fail' },
  );
/** A store that forgets, so that each stream stays a call. */
const forgetful = cached({ store: { read: () => undefined, write: () => undefined }, place: 'p' });
const decorators: Record<string, ModelDecorator> = {
  failingOver: chain,
  breaking: breaking({ now: () => performance.now(), breaker: new CircuitBreaker() }),
  limiting: limiting(new CallQueue(1)),
  cached: forgetful,
  watchingPrefix: watchingPrefix({ onChange: () => undefined }),
  composed: (inner) => {
    const money = budgeted({
      ledger: createMemoryLedger(),
      scopes: [{ id: 'run:1', limitMicroUsd: 100_000_000 }],
      priceFor: () => ({ input: 1_000_000, output: 1_000_000 }),
      outputLimit: () => 1000,
      now: () => 0,
    });
    const one: ModelDecorator = (model) =>
      retrying({ ...steady, maxAttempts: 2, afterContent: 'fail' })(
        limiting(new CallQueue(2))(money(breaking({ now: () => performance.now() })(model))),
      );
    return forgetful(chain(one(inner)));
  },
};

for (const [name, decorate] of Object.entries(decorators)) {
  describe(`${name} keeps the contract of all models`, () => {
    const isShared = name === 'breaking';
    for (const check of languageModelContract(
      isShared
        ? opener((inner) => breaking({ now: () => performance.now(), breaker: new CircuitBreaker() })(inner))
        : opener(decorate),
    ))
      it(check.name, check.run);
  });
}

describe('a stored answer keeps the contract too', () => {
  it('aborted in the middle it ends as cancelled', async () => {
    const server = await serveScripted({ name: 's', turns: [turns.answers] });
    const model = cached({ store: createResponseStore(folder), place: 'p' })(modelAt(server.url));
    await collectEvents(model);
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const event of model.stream(testRequest(), { signal: controller.signal })) {
      seen.push(event.type);
      controller.abort();
    }
    expect(server.log).toHaveLength(1);
    expect(seen).toEqual(['start', 'error']);
    await server.close();
  });
});

describe('rate limits told in headers', () => {
  it('are learnt, and the next call goes to another candidate without a request into the used up window', async () => {
    const fine = await serveScripted({ name: 'fine', turns: [{ reply: { text: 'here' } }] });
    let requests = 0;
    const server = createServer((request, response) => {
      request.resume();
      requests += 1;
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '30s',
      });
      const chunk = { choices: [{ index: 0, delta: { content: 'first' }, finish_reason: 'stop' }] };
      response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const window = new RateWindow();
    const clock = { now: 1000 };
    const model = failingOver(
      [
        {
          name: 'limited',
          model: modelAt(url, { onHead: (headers) => window.learn(headers, clock.now) }),
          availableAt: () => window.freeAt(clock.now, () => 10),
        },
        { name: 'fine', model: modelAt(fine.url) },
      ],
      { ...steady, now: () => clock.now },
    );
    const textOf = async (): Promise<string> =>
      (await collectEvents(model)).map((event) => (event.type === 'text.delta' ? event.text : '')).join('');
    expect([await textOf(), await textOf(), await textOf()]).toEqual(['first', 'here', 'here']);
    expect(requests).toBe(1);
    clock.now += 30_000;
    expect(await textOf()).toBe('first');
    server.closeAllConnections();
    server.close();
    await fine.close();
  });
});
