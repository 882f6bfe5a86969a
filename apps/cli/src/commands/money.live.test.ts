// Keys, health and statistics as commands: over real files and a scripted provider, the output taken from the command's own world.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { resolveHomes } from '@monkey-coder/engine';
import { serveScripted } from '@monkey-coder/models';
import { createIdSource } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { optionsOf } from '../command-line/command-specs.ts';
import { parseCommandLine } from '../command-line/parse.ts';
import { type Command, createCommandContext } from '../configuration/command-context.ts';
import type { World } from '../configuration/environment.ts';
import { auth, login, logout } from './keys.ts';
import { models } from './models.ts';
import { stats } from './stats.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-money-')));
  mkdirSync(join(folder, 'state', 'sessions', 'project'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const commands: Readonly<Record<string, Command>> = { auth, login, logout, models, stats };
const now = Date.UTC(2026, 5, 10, 12);

async function run(words: readonly string[], options: { input?: string; env?: Record<string, string> } = {}) {
  let out = '';
  const environment = { PATH: process.env['PATH'], MONKEY_HOME: folder, ...options.env };
  const write = (text: string): void => {
    out += text;
  };
  const world: World = {
    environment,
    homes: resolveHomes(environment, folder),
    home: folder,
    cwd: folder,
    version: 'test',
    now: () => now,
    random: () => 0.5,
    newId: createIdSource(
      () => now,
      () => 0.5,
    ),
    stdin: Readable.from([Buffer.from(options.input ?? '')]) as unknown as NodeJS.ReadStream,
    out: write,
    err: write,
    outIsTerminal: false,
    inIsTerminal: false,
  };
  const line = parseCommandLine(words, optionsOf);
  const code = await commands[line.command]?.(createCommandContext(world, line));
  return { code, out };
}

describe('keys', () => {
  it('several are stored, listed by fingerprint in the order they are tried, and forgotten one by one', async () => {
    const server = await serveScripted({ name: 's', turns: [{ reply: { text: 'hi' } }] });
    const env = { OPENAI_BASE_URL: `${server.url}/v1` };
    await run(['login', 'openai'], { input: 'sk-one-1234567890', env });
    const second = await run(['login', 'openai'], { input: 'sk-two-1234567890', env });
    await server.close();
    expect(second.out).toContain('1 more');
    const listed = JSON.parse((await run(['auth', '--json'], { env: { OPENAI_API_KEY: 'sk-env' } })).out) as {
      fingerprint: string;
      from: string;
    }[];
    expect(listed.map(({ from }) => from)).toEqual([
      '$OPENAI_API_KEY',
      join(folder, 'config', 'keys.json'),
      join(folder, 'config', 'keys.json'),
    ]);
    expect(second.out).toContain(listed[1]?.fingerprint);
    await expect(run(['logout', 'openai', 'ffff0000'])).rejects.toThrow(/no stored key/);
    expect((await run(['logout', 'openai', listed[2]?.fingerprint ?? ''])).out).toContain('forgot the key');
    expect(readFileSync(join(folder, 'config', 'keys.json'), 'utf8')).not.toContain('sk-one');
    await run(['login', 'openai', '--no-check', '--replace'], { input: 'sk-three' });
    expect(JSON.parse(readFileSync(join(folder, 'config', 'keys.json'), 'utf8'))).toEqual({
      version: 2,
      keys: { openai: ['sk-three'] },
    });
  });

  it('a key command counts as a key and is not run to be listed', async () => {
    mkdirSync(join(folder, 'config'));
    const ran = join(folder, 'ran');
    const settings = { providers: { openai: { apiKeyCommand: `touch '${ran}'; echo sk` } } };
    writeFileSync(join(folder, 'config', 'settings.json'), JSON.stringify(settings));
    expect((await run(['auth'])).out).toMatch(/openai +not asked yet +apiKeyCommand/);
    expect((await run(['models', 'gpt'])).out).not.toContain('no key');
    expect(() => readFileSync(ran)).toThrow();
  });
});

describe('models health', () => {
  it('shows averages and who is left out, or that nothing is known', async () => {
    expect((await run(['models', 'health'])).out).toContain('no calls yet');
    const record = {
      calls: 7,
      firstTokenMs: 640,
      tokensPerSecond: 81.5,
      errorRate: 0.25,
      truncationRate: 0,
      lastAt: now,
      open: { until: now + 30_000, code: 'quota', message: 'no money' },
    };
    const file = { version: 1, models: { 'openai/gpt#sha256:12345678': record } };
    writeFileSync(join(folder, 'state', 'health.json'), JSON.stringify(file));
    const { out } = await run(['models', 'health']);
    expect(out).toMatch(/openai\/gpt +sha256:12345678 +7 +0\.64 s +8[12] +25 % +0 % +not asked for 30 s: no money/);
    expect(JSON.parse((await run(['models', 'health', '--json'])).out)).toMatchObject({
      models: [{ model: 'openai/gpt', key: 'sha256:12345678', calls: 7 }],
    });
  });
});

/** A session log with one call of two attempts, as the engine writes it. */
function writeSession(id: string, model: string): void {
  const usage = {
    inputTokens: 1000,
    outputTokens: 50,
    cachedInputTokens: 250,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
  const bodies = [
    { type: 'session.started', logVersion: 1, productVersion: 'test', cwd: folder },
    { type: 'run.resumed', afterSeq: 0 },
    { type: 'model.started', callId: 'call_1', turn: 1, provider: 'openai', model: 'gpt', estimatedInputTokens: 9 },
    { type: 'budget.settled', callId: 'call_1', reservationId: 'res_1', amountMicroUsd: 700, model: 'openai/gpt' },
    { type: 'budget.settled', callId: 'call_1', reservationId: 'res_2', amountMicroUsd: 1300, model },
    {
      type: 'model.ended',
      callId: 'call_1',
      message: { role: 'assistant', parts: [{ type: 'text', text: 'x' }] },
      finishReason: 'stop',
      model: 'gpt',
      usage: { ...usage, estimated: false },
      costMicroUsd: 2000,
      durationMs: 5,
      firstTokenMs: 1,
    },
  ];
  const lines = bodies.map((body, seq) =>
    JSON.stringify({ seq, time: now, sessionId: id, ...(seq > 0 ? { runId: 'run_1' } : {}), ...body }),
  );
  writeFileSync(join(folder, 'state', 'sessions', 'project', `${id}.jsonl`), `${lines.join('\n')}\n`);
}

describe('stats', () => {
  it('explains by cause, model and day; as CSV that a spreadsheet cannot run; and names what no session explains', async () => {
    writeSession('ses_000000000aaaaaaaaaaa', '=cmd,"x"');
    const ledger = { type: 'totals', version: 1, spent: { 'day:2026-06-10': 2500 } };
    writeFileSync(join(folder, 'state', 'ledger.jsonl'), `${JSON.stringify(ledger)}\n`);
    const report = JSON.parse((await run(['stats', '--json'])).out) as Record<string, unknown>;
    expect(report).toMatchObject({
      total: { calls: 2, costMicroUsd: 2000, inputTokens: 1000 },
      promptCacheHitRate: 0.25,
      byCause: { turn: { costMicroUsd: 1300 }, 'failed attempt': { costMicroUsd: 700 } },
      byDay: { '2026-06-10': { costMicroUsd: 2000 } },
      ledger: { spentMicroUsd: 2500, elsewhereMicroUsd: 500 },
    });
    const { out } = await run(['stats']);
    expect(out).toContain('25 % of the input from the prompt cache');
    expect(out).toContain('$0.000500 in sessions that were not kept');
    const csv = (await run(['stats', '--csv'])).out.split('\r\n');
    expect(csv).toHaveLength(4);
    expect(csv[0]).toMatch(/^time,session,run,turn,call,cause,model,/);
    expect(csv[2]).toContain(`turn,"'=cmd,""x""",1000,250,50,1300`);
  });
});
