// What the ledger on disk costs a call: one reservation and its settlement, in a file as long as it gets before it is compacted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJsonlLedger } from '@monkey-coder/engine';
import { type Figure, isEntry, quantile, report } from './figure.ts';

const rounds = 3000;
const goalMs = 1;

/** Measures reserve and settle over four scopes, as a run has them. */
export async function measureLedger(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-bench-ledger-'));
  let count = 0;
  const ledger = createJsonlLedger({
    path: join(folder, 'ledger.jsonl'),
    now: Date.now,
    newId: () => `res_${count++}`,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const scopes = ['run:a', 'session:a', 'day:a', 'month:a'].map((id) => ({ id, limitMicroUsd: 1_000_000_000 }));
  const times: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      const held = await ledger.reserve({ callId: `call_${round}`, amountMicroUsd: 1000, scopes });
      if (held.kind === 'reserved') await held.settle(900);
      times.push(performance.now() - begin);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const p95 = quantile(times, 0.95);
  const measured = `${p95.toFixed(2)} ms (p50 ${quantile(times, 0.5).toFixed(2)}, p99 ${quantile(times, 0.99).toFixed(2)})`;
  return [{ what: 'ledger: reserve + settle, p95', goal: `≤ ${goalMs} ms`, measured, isMet: p95 <= goalMs }];
}

if (isEntry('ledger.ts')) report(await measureLedger());
