// A hard cap under fire: sixteen processes with two hundred calls at once, random failures, readers that leave, and `kill -9`.
//
// The provider's bill is kept apart from the ledger: a process writes it down before it settles. Whatever is killed when, the
// bills may not pass the cap, and after recovery nothing may stay reserved.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJsonlLedger } from '@monkey-coder/engine';
import { budgeted, type LanguageModel, modelFailure, sleepUntilAborted } from '@monkey-coder/models';
import { type ModelEvent, type ModelRequest, noUsage, userMessage } from '@monkey-coder/protocol';
import { type Figure, isEntry, report } from './figure.ts';

const workerFlag = '--overspend-worker';
const processes = 16;
const callsAtOnce = 13;
const capMicroUsd = 300_000;
const price = { input: 1_000_000, output: 1_000_000 };
const outputTokens = 500;
const durationMs = 8000;
const scopes = [{ id: 'day:bench', limitMicroUsd: capMicroUsd }, { id: 'session:bench' }];

/** Runs the processes, kills some of them again and again, recovers, and counts. */
export async function measureOverspend(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-bench-overspend-'));
  try {
    const kills = await storm(folder);
    const ledger = openLedger(folder);
    const before = await ledger.use('day:bench');
    const orphans = await recover(folder);
    const { spentMicroUsd, reservedMicroUsd } = await ledger.use('day:bench');
    const billed = readBills(folder);
    const over = Math.max(0, billed - capMicroUsd, spentMicroUsd - capMicroUsd);
    const what = `${processes} processes, ${processes * callsAtOnce} calls at once, ${kills} kills`;
    const used = `${Math.round((spentMicroUsd / capMicroUsd) * 100)} % of the cap spent`;
    return [
      {
        what: `hard-cap overspend: ${what}`,
        goal: '0 µ$',
        measured: `${over} µ$ (${used})`,
        isMet: over === 0 && kills > 20,
      },
      {
        what: 'reservations left after recovery',
        goal: '0 µ$',
        measured: `${reservedMicroUsd} µ$ (${orphans} orphans of ${before.reservedMicroUsd} µ$ settled)`,
        isMet: reservedMicroUsd === 0,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function storm(folder: string): Promise<number> {
  const running = new Set<ChildProcess>();
  const start = (): void => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), workerFlag, folder], { stdio: 'inherit' });
    running.add(child);
    child.once('exit', () => running.delete(child));
  };
  for (let index = 0; index < processes; index++) start();
  const end = performance.now() + durationMs;
  let kills = 0;
  while (performance.now() < end) {
    await pause(100 + Math.random() * 100);
    const victim = [...running][Math.floor(Math.random() * running.size)];
    if (victim?.kill('SIGKILL')) kills += 1;
    while (running.size < processes && performance.now() < end - 1500) start();
  }
  for (const child of running) if (child.kill('SIGKILL')) kills += 1;
  while (running.size > 0) await pause(10);
  return kills;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What `monkey --continue` does with the calls of a run that was cut off. */
async function recover(folder: string): Promise<number> {
  const ledger = openLedger(folder);
  const calls = journals(folder).flatMap((text) => [...text.matchAll(/^call (\S+)$/gm)].map((match) => match[1] ?? ''));
  let orphans = 0;
  for (const callId of calls) if ((await ledger.settleOrphan(callId)) > 0) orphans += 1;
  return orphans;
}

function readBills(folder: string): number {
  const bills = journals(folder).flatMap((text) =>
    [...text.matchAll(/^bill (\d+)$/gm)].map((match) => Number(match[1])),
  );
  return bills.reduce((sum, bill) => sum + bill, 0);
}

function journals(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.journal')) : [];
  return names.map((name) => readFileSync(join(folder, name), 'utf8'));
}

function openLedger(folder: string) {
  let count = 0;
  return createJsonlLedger({
    path: join(folder, 'ledger.jsonl'),
    now: Date.now,
    newId: () => `res_${process.pid}_${count++}`,
    sleep: pause,
  });
}

/** One process: calls without end, until the cap refuses them all. */
async function work(folder: string): Promise<void> {
  setTimeout(() => process.exit(0), durationMs + 5000).unref();
  const journal = join(folder, `${process.pid}.journal`);
  const note = (line: string): void => appendFileSync(journal, `${line}\n`);
  const money = budgeted({
    ledger: openLedger(folder),
    scopes,
    priceFor: () => price,
    outputLimit: () => outputTokens,
    now: Date.now,
  });
  const model = money(roughProvider((bill) => note(`bill ${bill}`)));
  let count = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      const callId = `call_${process.pid}_${count++}`;
      note(`call ${callId}`);
      if ((await callOnce(model, callId)) === 'refused') await pause(50);
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, caller));
}

/** A call whose reader leaves now and then. */
async function callOnce(model: LanguageModel, callId: string): Promise<'done' | 'refused'> {
  const request: ModelRequest = { callId, model: 'rough', system: '', messages: [userMessage('hello')], tools: [] };
  const leaves = Math.random() < 0.1;
  for await (const event of model.stream(request, { signal: new AbortController().signal })) {
    if (event.type === 'error' && event.failure.code === 'budget') return 'refused';
    if (event.type === 'text.delta' && leaves) break;
  }
  return 'done';
}

/** Answers, fails before or after content; bills what it sent before anybody settles it. */
function roughProvider(bill: (microUsd: number) => void): LanguageModel {
  return {
    identity: { provider: 'rough', model: 'rough' },
    async *stream(_request, { signal }): AsyncGenerator<ModelEvent> {
      const fate = Math.random();
      const partial = { role: 'assistant' as const, parts: [] };
      await sleepUntilAborted(Math.random() * 20, signal);
      if (fate < 0.2) {
        yield { type: 'error', failure: modelFailure('server', 'rough'), partial, usage: noUsage };
        return;
      }
      const tokens = 1 + Math.floor(Math.random() * (outputTokens - 1));
      bill(tokens + 2);
      yield { type: 'start' };
      yield { type: 'text.delta', text: 'x'.repeat(tokens * 4) };
      await sleepUntilAborted(Math.random() * 20, signal);
      const usage = { ...noUsage, inputTokens: 2, outputTokens: tokens };
      if (fate < 0.35) yield { type: 'error', failure: modelFailure('network', 'rough'), partial, usage };
      else yield { type: 'end', finishReason: 'stop', usage, model: 'rough', message: partial };
    },
  };
}

if (process.argv[2] === workerFlag) await work(process.argv[3] ?? '');
else if (isEntry('overspend.ts')) report(await measureOverspend());
