// A reader slower than the wire: nothing is lost, nothing times out, and what came before a cut is told before it.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ModelEvent } from '@monkey-coder/protocol';
import { expect, it } from 'vitest';
import { createCatalogue } from '../catalogue/catalogue.ts';
import { testRequest } from '../testing/model-contract.ts';
import { createHttpClient } from '../transport/http-client.ts';
import { createProviderModel } from './provider-model.ts';
import { resolveTarget } from './target.ts';

const deltas = 3000;
const line = (delta: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, ...delta }] })}\n\n`;
const flood = Array.from({ length: deltas }, (_, index) => line({ delta: { content: `${index} ` } })).join('');
const whole = Array.from({ length: deltas }, (_, index) => `${index} `).join('');

async function readSlowly(finish: (response: ServerResponse) => void): Promise<ModelEvent | undefined> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(flood, () => finish(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = createHttpClient();
  const env = { CUSTOM_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const target = resolveTarget({ model: 'custom/m', env, keys: {}, catalogue: createCatalogue(), now: 0 });
  const watchdogs = { firstTokenMs: 2000, firstTokenPerThousandMs: 0, idleMs: 150 };
  let last: ModelEvent | undefined;
  let count = 0;
  try {
    const model = createProviderModel(target, { http, watchdogs });
    for await (const event of model.stream(testRequest(), { signal: new AbortController().signal })) {
      last = event;
      if (count++ % 1000 === 5) await delay(300);
    }
  } finally {
    http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return last;
}

it('an answer read slowly is whole', async () => {
  const last = await readSlowly((response) =>
    response.end(`${line({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`),
  );
  expect(last).toMatchObject({ type: 'end', message: { parts: [{ text: whole }] } });
});

it('an answer that is cut is told as far as it was read', async () => {
  const last = await readSlowly((response) => setTimeout(() => response.destroy(), 50));
  expect(last).toMatchObject({ type: 'error', failure: { code: 'network' } });
  const [part] = last?.type === 'error' ? last.partial.parts : [];
  expect(part?.type === 'text' && part.text.length > 2000 && whole.startsWith(part.text)).toBe(true);
});

it('silence of the host is a stall as before', async () => {
  expect(await readSlowly(() => undefined)).toMatchObject({ type: 'error', failure: { code: 'timeout.idle' } });
});
