// What became of earlier work, by the hashes of files.
import type { ReplayRecord } from '@monkey-coder/router';
import { describe, expect, it } from 'vitest';
import { laterSignals } from './later-signals.ts';

const hour = 3_600_000;
const now = 1000 * hour;

function run(id: string, more: Partial<ReplayRecord> = {}): ReplayRecord {
  return {
    type: 'run',
    v: 1,
    id,
    sessionId: 'ses_1',
    time: now - 22 * hour,
    work: 'fix',
    project: 'here',
    hasChecks: true,
    valueMicroUsd: 1e7,
    policy: 'chain-thompson',
    chain: ['a/b'],
    propensity: 1,
    options: [],
    isExploring: false,
    exploreCostMicroUsd: 0,
    stages: [],
    status: 'verified',
    costMicroUsd: 0,
    durationMs: 1,
    malformedCalls: 0,
    signals: [],
    files: [{ path: 'a.js', before: 'old', after: 'new' }],
    ...more,
  };
}

/** The folder as it is now, path to hash. */
const folder = (files: Readonly<Record<string, string>>) => ({
  project: 'here',
  now,
  changedFiles: async (known: ReadonlyMap<string, string>) =>
    new Map([...known].flatMap(([path, hash]) => (files[path] === hash ? [] : [[path, files[path] ?? null] as const]))),
});

const signals = async (records: readonly ReplayRecord[], files: Readonly<Record<string, string>>) =>
  (await laterSignals(records, folder(files))).map((line) => line.type === 'signal' && [line.id, line.signal]);

describe('later signals', () => {
  it.each([
    ['unchanged on the next day', {}, { 'a.js': 'new' }, [['run_1', 'kept']]],
    ['edited at once', { time: now - 60_000 }, { 'a.js': 'else' }, []],
    ['back on the next day', {}, { 'a.js': 'old' }, [['run_1', 'reverted']]],
    ['back after days', { time: now - 60 * hour }, { 'a.js': 'old' }, []],
    ['something else', {}, { 'a.js': 'else' }, [['run_1', 'edited']]],
    ['gone', {}, {}, [['run_1', 'edited']]],
    ['a new file that is gone', { files: [{ path: 'a.js', before: null, after: 'new' }] }, {}, [['run_1', 'reverted']]],
    ['judged already', { signals: ['up' as const] }, { 'a.js': 'else' }, []],
    ['of another folder', { project: 'there' }, { 'a.js': 'else' }, []],
  ])('%s', async (_name, record, files, expected) => {
    expect(await signals([run('run_1', record)], files as Readonly<Record<string, string>>)).toEqual(expected);
  });

  it('is silent on a run whose files a later run wrote', async () => {
    const later = run('run_2', { files: [{ path: 'a.js', before: 'new', after: 'newer' }] });
    expect(await signals([run('run_1'), later], { 'a.js': 'newer' })).toEqual([['run_2', 'kept']]);
  });
});
