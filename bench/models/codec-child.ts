// One measurement of the client half in a process of its own: `codec-child.js MODE DIALECT URL`, prints one JSON line.
import { get } from 'node:http';
import {
  createHttpClient,
  createProviderModel,
  keepYoungHeapSmall,
  type LanguageModel,
  type ModelTarget,
} from '@monkey-coder/models';
import type { DialectName, ModelRequest } from '@monkey-coder/protocol';

const [mode = '', dialect = '', url = ''] = process.argv.slice(2);
const streams = 200;

function open(scenario: string): LanguageModel {
  const target: ModelTarget = {
    provider: 'custom',
    model: scenario,
    facts: null,
    baseUrl: `${url}/${dialect}`,
    isOwnBaseUrl: true,
    dialect: dialect as DialectName,
    auth: 'none',
    key: null,
    quirks: {},
    listPath: '/models',
    keyPath: '/models',
    notices: [],
  };
  return createProviderModel(target, { http });
}

const http = createHttpClient();
const request: ModelRequest = {
  callId: 'call_bench',
  model: 'bench',
  system: '',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
  tools: [],
};

async function consume(model: LanguageModel, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const event of model.stream(request, { signal })) {
    if (event.type === 'text.delta') count += 1;
    if (event.type === 'error') throw new Error(event.failure.message);
  }
  return count;
}

/** The floor: node:http, a split at blank lines, JSON.parse. */
function consumeRaw(): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${url}/${dialect}/flood`, (response) => {
      let count = 0;
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const events = (rest + text).split(/\r?\n\r?\n/);
        rest = events.pop() ?? '';
        for (const event of events) {
          const at = event.indexOf('data:');
          if (at === -1 || event.includes('[DONE]')) continue;
          JSON.parse(event.slice(at + 5));
          count += 1;
        }
      });
      response.on('end', () => resolve(count));
      response.on('error', reject);
    });
  });
}

async function cpuPerEvent(run: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage();
    const count = await run();
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / count);
  }
  return best;
}

function heap(): number {
  const gc = (globalThis as { gc?: () => void }).gc;
  gc?.();
  gc?.();
  return process.memoryUsage().heapUsed;
}

async function slowStreams(): Promise<object> {
  await consume(open('warm'), new AbortController().signal);
  const before = heap();
  const stop = new AbortController();
  const running = Array.from({ length: streams }, () => consume(open('slow'), stop.signal).catch(() => 0));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const rssMb = process.memoryUsage().rss / 1e6;
  const heapKb = (heap() - before) / 1024 / streams;
  stop.abort();
  await Promise.all(running);
  return { heapKb, rssMb };
}

async function floodStreams(): Promise<object> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 10);
  const { signal } = new AbortController();
  const counts = await Promise.all(Array.from({ length: streams }, () => consume(open('flood-some'), signal)));
  clearInterval(timer);
  return { rssMb: peak / 1e6, events: counts.reduce((sum, count) => sum + count, 0) };
}

async function measure(): Promise<object> {
  switch (mode) {
    case 'raw':
      return { us: await cpuPerEvent(consumeRaw) };
    case 'cpu':
      return { us: await cpuPerEvent(() => consume(open('flood'), new AbortController().signal)) };
    case 'slow':
      return slowStreams();
    case 'flood-small':
      keepYoungHeapSmall();
      return floodStreams();
    default:
      return floodStreams();
  }
}

void measure().then((measured) => {
  console.log(JSON.stringify(measured));
  http.close();
});
