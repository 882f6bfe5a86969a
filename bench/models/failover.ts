// A provider that fails three calls in ten in every way there is, another that is down: do tasks still finish, and whole?
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings, resolveHomes } from '@monkey-coder/engine';
import {
  createCatalogue,
  createMemoryLedger,
  type LanguageModel,
  resolveTarget,
  type ScenarioTurn,
  serveScripted,
} from '@monkey-coder/models';
import { userMessage } from '@monkey-coder/protocol';
import { composeModel } from '../../packages/engine/src/model-calls/compose-model.ts';
import type { FoundCandidate } from '../../packages/engine/src/model-calls/find-model.ts';
import { createModelTraffic } from '../../packages/engine/src/model-calls/model-traffic.ts';
import { type Figure, isEntry, report } from './figure.ts';

const tasks = 1000;
const callsPerTask = 2;
const atOnce = 25;
const failing = 0.3;
const answer = 'The whole answer, from its first word to its last. '.repeat(8);

/** Runs a thousand tasks through the model as the engine composes it. */
export async function measureFailover(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-bench-failover-'));
  const turns = Array.from({ length: tasks * callsPerTask * 3 }, troubledTurn);
  const flaky = await serveScripted({ name: 'flaky', mode: 'sequence', turns });
  try {
    const { model, used } = await compose(`${flaky.url}/v1`, folder);
    const tally = { finished: 0, truncated: 0 };
    const begin = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next++ < tasks) await runTask(model, tally);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const seconds = (performance.now() - begin) / 1000;
    const share = tally.finished / tasks;
    const { reservedMicroUsd } = await used();
    const measured = `${(share * 100).toFixed(2)} % of ${tasks} (${flaky.log.length} calls, ${seconds.toFixed(1)} s)`;
    return [
      {
        what: 'one provider fails 30 %, another is down: tasks finished',
        goal: '≥ 99.9 %',
        measured,
        isMet: share >= 0.999,
      },
      {
        what: 'answers cut off and called complete',
        goal: '0',
        measured: String(tally.truncated),
        isMet: tally.truncated === 0 && reservedMicroUsd === 0,
      },
    ];
  } finally {
    await flaky.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Three in ten fail: refused, cut, garbled, or ended in order without an end. */
function troubledTurn(): ScenarioTurn {
  const whole: ScenarioTurn = { reply: { text: answer }, chunk: 40 };
  if (Math.random() >= failing) return whole;
  const troubles: readonly Partial<ScenarioTurn>[] = [
    { error: { status: 500 } },
    { error: { status: 529 } },
    { error: { status: 503, after: 3 } },
    { cut: 4 },
    { garbage: 2 },
    { endWithoutFinish: true },
  ];
  return { ...whole, ...troubles[Math.floor(Math.random() * troubles.length)] };
}

async function compose(flakyUrl: string, folder: string) {
  const catalogue = createCatalogue();
  const env = { OPENAI_BASE_URL: flakyUrl, ANTHROPIC_BASE_URL: `http://127.0.0.1:${await closedPort()}` };
  const found = (provider: string): FoundCandidate => {
    const target = resolveTarget({ model: `${provider}/scripted`, env, keys: {}, catalogue, now: Date.now() });
    const price = { input: 1_000_000, output: 1_000_000 };
    return { target, price, priceFor: () => price };
  };
  const ledger = createMemoryLedger();
  const homes = resolveHomes({ MONKEY_HOME: folder }, folder);
  const settings = defaultSettings;
  const scopes = [{ id: 'run:bench', limitMicroUsd: 1_000_000_000_000 }];
  const model = composeModel(
    { ...found('openai'), alternatives: [found('anthropic')], notes: [] },
    {
      ledger,
      scopes,
      settings,
      homes,
      environment: {},
      traffic: createModelTraffic({ healthPath: join(folder, 'health.json'), settings, now: Date.now }),
      record: () => undefined,
      expectsNewPrefix: () => false,
      now: Date.now,
      random: Math.random,
      deadline: Date.now() + 120_000,
    },
  );
  return { model, used: () => ledger.use('run:bench') };
}

async function runTask(model: LanguageModel, tally: { finished: number; truncated: number }): Promise<void> {
  for (let call = 0; call < callsPerTask; call++) {
    const request = {
      callId: `call_${Math.random()}`,
      model: 'scripted',
      system: '',
      messages: [userMessage('go')],
      tools: [],
    };
    for await (const event of model.stream(request, { signal: new AbortController().signal })) {
      if (event.type === 'error') return;
      if (event.type !== 'end') continue;
      const text = event.message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
      if (text !== answer) tally.truncated += 1;
    }
  }
  tally.finished += 1;
}

function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 9));
    });
  });
}

if (isEntry('failover.ts')) report(await measureFailover());
