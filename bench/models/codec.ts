// What reading an answer costs: CPU per streamed event, memory per stream, import of the package, each beside its floor.
//
//   node scripts/run-ts.mjs bench/models/codec.ts
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Dialect, dialects } from '@monkey-coder/models';
import { noUsage } from '@monkey-coder/protocol';
import { type Figure, isEntry, report } from './figure.ts';

declare const REPOSITORY_ROOT: string;

/** Numbers of the client half. CPU in microseconds, memory in KB or MB (decimal), import in milliseconds of CPU over `node -e 0`. */
export interface CodecNumbers {
  readonly dialects: readonly { readonly dialect: string; readonly us: number; readonly rawUs: number }[];
  readonly heapKbPerStream: number;
  readonly slowRssMb: number;
  readonly floodRssMb: number;
  /** The same with `keepYoungHeapSmall`, as a process that serves many streams sets it. */
  readonly boundFloodRssMb: number;
  readonly nodeRssMb: number;
  readonly importMs: number;
  readonly aiSdkImportMs: number;
}

const run = promisify(execFile);
const floodEvents = 20_000;
const perWrite = 16;

/** Measures everything, each part in a fresh process; takes about half a minute. */
export async function codecNumbers(): Promise<CodecNumbers> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-codec-'));
  const server = createServer((request, response) => answer(request.url ?? '', response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const child = await bundle(folder, 'child', join(REPOSITORY_ROOT, 'bench/models/codec-child.ts'));
    const measure = async (mode: string, dialect = 'openai-chat'): Promise<Record<string, number>> => {
      const { stdout } = await run(process.execPath, ['--expose-gc', child, mode, dialect, url], { env: plainEnv() });
      return JSON.parse(stdout) as Record<string, number>;
    };
    const perDialect = [];
    for (const { name } of dialects) {
      const rawUs = (await measure('raw', name))['us'] ?? 0;
      perDialect.push({ dialect: name, us: (await measure('cpu', name))['us'] ?? 0, rawUs });
    }
    const slow = await measure('slow');
    const flood = await measure('flood');
    const boundFlood = await measure('flood-small');
    return {
      dialects: perDialect,
      heapKbPerStream: slow['heapKb'] ?? 0,
      slowRssMb: slow['rssMb'] ?? 0,
      floodRssMb: flood['rssMb'] ?? 0,
      boundFloodRssMb: boundFlood['rssMb'] ?? 0,
      ...(await importCosts(folder)),
    };
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An extra certificate file costs every start of node tens of milliseconds that are not ours. */
function plainEnv(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, ...rest } = process.env;
  return rest;
}

/** One minified CommonJS file, as the product is delivered; parts that are loaded later are in it, and run later. */
async function bundle(folder: string, name: string, entry: string): Promise<string> {
  const esbuild = createRequire(join(REPOSITORY_ROOT, 'package.json'))('esbuild') as typeof import('esbuild');
  await esbuild.build({
    entryPoints: { [name]: entry },
    outdir: folder,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: ['source'],
    logLevel: 'error',
    nodePaths: [join(REPOSITORY_ROOT, 'node_modules')],
  });
  return join(folder, `${name}.js`);
}

interface Wire {
  readonly contentType: string;
  readonly head: string;
  readonly delta: string;
  readonly tail: string;
}

function wireOf(dialect: Dialect, events: number): Wire {
  const encoder = dialect.createEncoder({ responseId: 'resp_bench', createdAt: 0, model: 'bench' });
  const text = 'a few words ';
  const head = encoder.encode({ type: 'start', model: 'bench', responseId: 'resp_bench' });
  const first = encoder.encode({ type: 'text.delta', text });
  const delta = encoder.encode({ type: 'text.delta', text });
  const message = { role: 'assistant' as const, parts: [{ type: 'text' as const, text: text.repeat(events + 1) }] };
  const usage = { ...noUsage, inputTokens: 10, outputTokens: events };
  const tail = encoder.encode({ type: 'end', finishReason: 'stop', usage, model: 'bench', message });
  return { contentType: encoder.contentType, head: head + first, delta, tail };
}

/** `/DIALECT/…`: `slow` in the body or path gives an event each 50 ms, everything else as fast as it is read. */
function answer(path: string, response: ServerResponse): void {
  const dialect = dialects.find((one) => path.startsWith(`/${one.name}/`));
  if (dialect === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.req.setEncoding('utf8');
  let body = '';
  response.req.on('data', (piece: string) => {
    body += piece;
  });
  response.req.on('end', () => {
    const asked = `${path} ${body}`;
    const count = asked.includes('flood-some') ? 2000 : floodEvents;
    const wire = wireOf(dialect, count);
    response.writeHead(200, { 'content-type': wire.contentType });
    if (asked.includes('slow')) slowly(response, wire);
    else flood(response, wire, asked.includes('warm') ? 16 : count);
  });
}

function slowly(response: ServerResponse, wire: Wire): void {
  response.write(wire.head);
  const timer = setInterval(() => response.write(wire.delta), 50);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse, wire: Wire, count: number): void {
  const block = wire.delta.repeat(perWrite);
  let left = count;
  response.write(wire.head);
  const go = (): void => {
    while (left > 0) {
      left -= perWrite;
      if (!response.write(block)) {
        response.once('drain', go);
        return;
      }
    }
    response.end(wire.tail);
  };
  go();
}

const ourEntry = `
import { createCatalogue, createProviderModel, resolveTarget } from '@monkey-coder/models';
const target = resolveTarget({ model: 'anthropic', env: { ANTHROPIC_API_KEY: 'k' }, keys: {}, catalogue: createCatalogue(), now: Date.now() });
createProviderModel(target);
report();`;
const aiSdkEntry = `
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
createOpenAICompatible({ name: 'n', apiKey: 'k', baseURL: 'http://127.0.0.1' })('m');
report();`;
const reportSource =
  'function report() { const { user, system } = process.cpuUsage(); console.log(JSON.stringify({ ms: (user + system) / 1000, rssMb: process.memoryUsage().rss / 1e6 })); }\n';

async function importCosts(folder: string): Promise<Pick<CodecNumbers, 'importMs' | 'aiSdkImportMs' | 'nodeRssMb'>> {
  const files: Record<string, string> = {};
  for (const [name, text] of Object.entries({ floor: 'report();', ours: ourEntry, aisdk: aiSdkEntry })) {
    const entry = join(folder, `${name}-entry.ts`);
    writeFileSync(entry, `${reportSource}${text}`);
    files[name] = await bundle(folder, name, entry);
  }
  const rounds: Record<string, number[]> = { floor: [], ours: [], aisdk: [] };
  let rss = 0;
  for (let round = 0; round < 15; round++) {
    for (const [name, file] of Object.entries(files)) {
      const { stdout } = await run(process.execPath, [file], { env: plainEnv() });
      const told = JSON.parse(stdout) as { ms: number; rssMb: number };
      rounds[name]?.push(told.ms);
      if (name === 'floor') rss = told.rssMb;
    }
  }
  const median = (name: string): number => (rounds[name] ?? []).sort((a, b) => a - b)[7] ?? 0;
  return {
    importMs: median('ours') - median('floor'),
    aiSdkImportMs: median('aisdk') - median('floor'),
    nodeRssMb: rss,
  };
}

/** The numbers beside their goals and floors. */
export async function measureCodec(): Promise<Figure[]> {
  const numbers = await codecNumbers();
  const node = `bare node ${two(numbers.nodeRssMb)} MB`;
  const figure = (what: string, value: number, unit: string, limit: number, beside: string): Figure => ({
    what,
    goal: `≤ ${limit} ${unit}`,
    measured: `${two(value)} ${unit}${beside === '' ? '' : ` (${beside})`}`,
    isMet: value <= limit,
  });
  return [
    ...numbers.dialects.map(({ dialect, us, rawUs }) =>
      figure(`CPU per streamed event, ${dialect}`, us, 'µs', 4, `node:http and JSON.parse alone ${two(rawUs)} µs`),
    ),
    figure('heap per stream, 200 at once, an event each 50 ms', numbers.heapKbPerStream, 'KB', 60, ''),
    figure('RSS, 200 streams, an event each 50 ms', numbers.slowRssMb, 'MB', 100, node),
    figure(
      'RSS, 200 streams, as fast as they go, young heap kept small',
      numbers.boundFloodRssMb,
      'MB',
      100,
      `${two(numbers.floodRssMb)} MB without keepYoungHeapSmall; ${node}`,
    ),
    figure('import with one provider, CPU', numbers.importMs, 'ms', 15, `AI SDK ${two(numbers.aiSdkImportMs)} ms`),
  ];
}

function two(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

if (isEntry('codec.ts')) report(await measureCodec());
