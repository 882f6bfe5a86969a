// Whole runs over scripted providers that fail: another model or key takes over, and every cent of the ledger is explained.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createEngine,
  createJsonlLedger,
  createKeyStore,
  defaultSettings,
  resolveHomes,
  type SessionChoice,
  type Settings,
} from '@monkey-coder/engine';
import { type ScenarioTurn, type ScriptedServer, serveScripted } from '@monkey-coder/models';
import { createIdSource, type Event, type Task } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Charge, chargesOf } from './spending.ts';

let folder = '';
const servers: ScriptedServer[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-spending-')));
  mkdirSync(join(folder, 'project'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

async function serve(turns: ScenarioTurn[], options: { key?: string; mode?: 'history' | 'sequence' } = {}) {
  const { mode = 'history', ...rest } = options;
  const server = await serveScripted({ name: 's', mode, turns }, rest);
  servers.push(server);
  return server;
}

const prices = {
  'openai/scripted': { input: 2, output: 8 },
  'anthropic/scripted': { input: 5, output: 20 },
};
const usage = { input: 1000, output: 100 };
const says = (text: string): ScenarioTurn => ({ reply: { text, usage } });

interface RunOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly settings?: Partial<Settings>;
  readonly checks?: readonly string[];
  readonly session?: SessionChoice;
}

async function run({ environment, settings = {}, checks = [], session = { kind: 'new' } }: RunOptions) {
  const env = { PATH: process.env['PATH'], HOME: folder, MONKEY_HOME: join(folder, 'home'), ...environment };
  const homes = resolveHomes(env, folder);
  const newId = createIdSource(Date.now, Math.random);
  const engine = createEngine({
    homes,
    settings: { ...defaultSettings, prices, sandbox: 'off', ...settings },
    productVersion: 'test',
    environment: env,
    now: Date.now,
    random: Math.random,
    newId,
  });
  const task: Task = {
    prompt: 'change a.txt',
    cwd: join(folder, 'project'),
    addDirs: [],
    model: 'openai/scripted',
    permissionMode: 'bypassPermissions',
    allowedTools: [],
    disallowedTools: [],
    limits: { maxTurns: 20, maxDurationMs: 60_000, maxCostMicroUsd: 5_000_000 },
    checks: [...checks],
  };
  const events: Event[] = [];
  const report = await engine.run(task, session, {
    onEvent: (event) => events.push(event),
    gate: { available: false, ask: async () => ({ kind: 'denied' }) },
    signal: new AbortController().signal,
  });
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const path = join(homes.state, 'ledger.jsonl');
  const ledger = createJsonlLedger({ path, now: Date.now, newId: () => newId('res'), sleep });
  const charges = chargesOf(engine.sessions.read(report.sessionId));
  await engine.close();
  return { ...report, events, charges, used: await ledger.use(`session:${report.sessionId}`) };
}

const sum = (charges: readonly Charge[]): number => charges.reduce((total, one) => total + one.costMicroUsd, 0);
const notices = (events: readonly Event[], code: string): string[] =>
  events.flatMap((event) => (event.type === 'notice' && event.code === code ? [event.text] : []));

describe('money of whole runs', () => {
  it('explains turns, failed attempts and repairs, to the micro-dollar of the ledger', async () => {
    writeFileSync(join(folder, 'project', 'a.txt'), 'one\n');
    const edit = (from: string, to: string): ScenarioTurn => ({
      reply: {
        toolCalls: [{ name: 'edit', arguments: { path: 'a.txt', old_string: from, new_string: to } }],
        usage,
      },
    });
    const broken: ScenarioTurn = { ...says('x'.repeat(400)), chunk: 100, garbage: 3, times: 1 };
    const server = await serve([edit('one', 'two'), broken, edit('two', 'three'), says('Now it is right.')]);
    const check = `node -e "process.exit(require('fs').readFileSync('a.txt','utf8')==='three\\n'?0:1)"`;
    const environment = { OPENAI_BASE_URL: `${server.url}/v1` };
    const { outcome, charges, used, events } = await run({ environment, checks: [check] });
    expect(outcome.status).toBe('verified');
    expect(notices(events, 'cache.prefix-changed')).toEqual([]);
    expect(sum(charges)).toBe(used.spentMicroUsd);
    expect(used.reservedMicroUsd).toBe(0);
    expect(outcome.costMicroUsd).toBe(used.spentMicroUsd);
    expect(charges.map(({ cause, turn, model }) => [cause, turn, model])).toEqual([
      ['turn', 1, 'openai/scripted'],
      ['failed attempt', 2, 'openai/scripted'],
      ['turn', 2, 'openai/scripted'],
      ['repair after failed checks', expect.any(Number), 'openai/scripted'],
      ['repair after failed checks', expect.any(Number), 'openai/scripted'],
    ]);
    expect(charges[1]?.costMicroUsd).toBeGreaterThan(0);
  });

  it('lets the fallback answer when the first choice is down, at its own price, and says so', async () => {
    const down = await serve([{ error: { status: 529 } }]);
    const other = await serve([says('Here I am.')]);
    const { outcome, charges, used, events } = await run({
      environment: { OPENAI_BASE_URL: `${down.url}/v1`, ANTHROPIC_BASE_URL: other.url },
      settings: { fallback: { '*': ['anthropic/scripted', 'openai/nothing-of-the-kind'] } },
    });
    expect(outcome.text).toBe('Here I am.');
    expect(notices(events, 'model.failover')).toEqual([
      expect.stringMatching(/^anthropic\/scripted answers instead of openai\/scripted: /),
    ]);
    expect(charges.at(-1)).toMatchObject({ model: 'anthropic/scripted', costMicroUsd: 1000 * 5 + 100 * 20 });
    expect(sum(charges)).toBe(used.spentMicroUsd);
    expect(down.log.length).toBe(2);
  });

  it('tries the next key of the same provider at once when the first has no money left', async () => {
    const server = await serve([says('With the second key.')], { key: 'sk-good' });
    const keys = createKeyStore(join(folder, 'home', 'config'));
    keys.save('openai', 'sk-good');
    keys.save('openai', 'sk-bad');
    const { outcome, events } = await run({ environment: { OPENAI_BASE_URL: `${server.url}/v1` } });
    expect(outcome.text).toBe('With the second key.');
    const [text] = notices(events, 'model.failover');
    expect(text).toMatch(/key sha256:[0-9a-f]{8}\) answers instead of/);
    expect(JSON.stringify(events)).not.toMatch(/sk-good|sk-bad/);
  });

  it.skipIf(process.platform === 'win32')('takes the key from a command when there is no other', async () => {
    const server = await serve([says('Known by command.')], { key: 'sk-command' });
    const { outcome } = await run({
      environment: { OPENAI_BASE_URL: `${server.url}/v1` },
      settings: { providers: { openai: { apiKeyCommand: 'echo sk-command' } } },
    });
    expect(outcome.text).toBe('Known by command.');
  });

  it('warns when the head of a session is not the one its prompt cache begins with', async () => {
    const server = await serve([says('One.'), says('Two.'), says('Three.')]);
    const environment = { OPENAI_BASE_URL: `${server.url}/v1` };
    const { sessionId } = await run({ environment });
    const session: SessionChoice = { kind: 'resume', sessionId };
    expect(notices((await run({ environment, session })).events, 'cache.prefix-changed')).toEqual([]);
    const sessions = join(folder, 'home', 'state', 'sessions');
    const log = join(sessions, readdirSync(sessions)[0] ?? '', `${sessionId}.jsonl`);
    writeFileSync(log, readFileSync(log, 'utf8').replace(/"headHash":"[^"]*"/g, '"headHash":"of another version"'));
    expect(notices((await run({ environment, session })).events, 'cache.prefix-changed')).toHaveLength(1);
  });

  it('answers the same request from the cache for nothing', async () => {
    const server = await serve([says('Once.')]);
    const environment = { OPENAI_BASE_URL: `${server.url}/v1` };
    const first = await run({ environment, settings: { cache: 'exact' } });
    const second = await run({ environment, settings: { cache: 'exact' } });
    expect(second.outcome.text).toBe('Once.');
    expect(server.log).toHaveLength(1);
    expect([first.used.spentMicroUsd, second.used.spentMicroUsd]).toEqual([1000 * 2 + 100 * 8, 0]);
    expect(second.charges).toMatchObject([{ cause: 'stored answer', costMicroUsd: 0 }]);
    expect(notices(second.events, 'cache.hit')).toHaveLength(1);
  });
});
