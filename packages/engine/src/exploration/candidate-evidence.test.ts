// What counts for a candidate and what does not, from outcomes as runs leave them.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileChange, Outcome, Receipt } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { evidenceOf } from './candidate-evidence.ts';
import { brokenDown, shareOf } from './exploration.ts';
import { keptCandidate } from './kept-candidates.ts';

const receipt = (id: string, tail = '# pass 3\n# fail 0\n'): Receipt => ({
  ...{ id, kind: 'tests', command: 'npm test', exitCode: 0, passed: true, treeHash: 'a' },
  ...{ startedAt: 0, durationMs: 1, tail },
});

function evidence(changes: readonly FileChange[], receipts: readonly Receipt[] = [receipt('chk_1')]) {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-evidence-'));
  for (const { path } of changes) writeFileSync(join(folder, path), 'x');
  const outcome: Outcome = {
    ...brokenDown('npm test passed'),
    status: 'verified',
    receipts: [...receipts],
    changes: [...changes],
  };
  return evidenceOf({ candidate: 1, folder, approach: '' }, { sessionId: 'ses_1', outcome }, undefined);
}

describe('the evidence of a candidate', () => {
  it('is none where the checks pass and no file was changed', () => {
    const none = evidence([]);
    expect(none.isVerified).toBe(false);
    expect(none.outcome).toMatchObject({ status: 'nothing-done', reason: 'it changed no file (npm test passed)' });
    expect(evidence([{ path: 'a.js', kind: 'modified', added: 1, removed: 1 }]).isVerified).toBe(true);
  });

  it('holds against it what it takes away from existing tests, not what it adds', () => {
    expect(evidence([{ path: 'a.test.js', kind: 'modified', added: 5, removed: 0 }]).changedTests).toBe(0);
    expect(evidence([{ path: 'a.test.js', kind: 'modified', added: 5, removed: 1 }]).changedTests).toBe(1);
    expect(evidence([{ path: 'a.test.js', kind: 'created', added: 5, removed: 0 }]).changedTests).toBe(0);
  });

  it('counts a check once that is on record twice', () => {
    const change = { path: 'a.js', kind: 'modified' } as const;
    expect(evidence([change], [receipt('chk_1'), { ...receipt('chk_1'), failsBefore: true }]).failing).toEqual([0]);
    expect(evidence([change], [receipt('chk_1'), receipt('chk_2')]).failing).toEqual([0, 0]);
  });
});

describe('the share of a run in the money', () => {
  const run = { agentOptions: { limits: { maxTurns: 1, maxDurationMs: 1, maxCostMicroUsd: 1_200_000 } } };
  const given = (spent: readonly number[]) =>
    ({ run, spent: spent.map((costMicroUsd) => ({ ...brokenDown(''), costMicroUsd })) }) as unknown as Parameters<
      typeof shareOf
    >[0];

  it('is of what is left, for the rounds that may follow and those at work', () => {
    expect(shareOf(given([]), 3, 2).maxCostMicroUsd).toBe(200_000);
    expect(shareOf(given([100_000, 100_000]), 2).maxCostMicroUsd, 'what the first round left').toBe(500_000);
    expect(shareOf(given([2_000_000]), 2).maxCostMicroUsd).toBe(0);
  });
});

describe('the folder of a candidate', () => {
  const kept = (name: string, candidate: number, endedAt: number | undefined, cwd = '/here') => ({
    ...{ name, folder: `/data/${name}`, changedAt: endedAt ?? 9 },
    of: {
      ...{ sessionId: 'ses_1', cwd, candidate, approach: '', status: 'verified', reason: '' },
      ...{ isChosen: false, evidence: '', endedAt, changed: [] },
    },
  });
  const all = [kept('run_a-1', 1, 1), kept('run_b-1', 1, 5), kept('run_b-2', 2, 5), kept('run_c-1', 1, 7, '/there')];

  it('is found by its number in the newest run of the folder, or by its name', () => {
    expect(keptCandidate(all, '1', '/here').name).toBe('run_b-1');
    expect(keptCandidate(all, '2', '/here').name).toBe('run_b-2');
    expect(keptCandidate(all, '1', '/there').name).toBe('run_c-1');
    expect(keptCandidate(all, 'run_a', '/here').name).toBe('run_a-1');
    expect(() => keptCandidate(all, '3', '/here')).toThrow('3 is not there');
  });
});
