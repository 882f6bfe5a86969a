// The router's memory on disk: what is learnt is always what the log says, whatever happens to the shortcut beside it.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReplayLine, type ReplayRun, sharedRuns } from '@monkey-coder/router';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendToRouterLog, routerLogPath } from './router-log.ts';
import { createRouterStore } from './router-store.ts';

const none = (): undefined => undefined;

function run(id: string, verdict: 'accepted' | 'rejected'): ReplayRun {
  const status = verdict === 'accepted' ? 'verified' : 'verification-failed';
  return {
    ...{ type: 'run', v: 1, id, sessionId: 'ses_1', time: 1, work: 'bugfix', hasChecks: true, valueMicroUsd: 10e6 },
    ...{ policy: 'chain-thompson', chain: ['a/x'], propensity: 1, options: [], isExploring: false },
    ...{ exploreCostMicroUsd: 0, costMicroUsd: 1e5, durationMs: 1000, malformedCalls: 0, status },
    stages: [{ model: 'a/x', verdict, costMicroUsd: 1e5, durationMs: 1000 }],
  };
}

function open() {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-router-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    add: (line: ReplayLine) => appendToRouterLog(routerLogPath(folder), line, 1),
    // Another process each time: nothing is kept in memory.
    policy: () => createRouterStore(folder, () => 9).policy(none),
    stateFile: join(folder, 'router.json'),
  };
}

const stateOf = (policy: { readonly state: unknown }): string => JSON.stringify(policy.state);

describe('the memory of the router', () => {
  it('learns each line once, also over several readings', () => {
    const memory = open();
    expect(memory.policy().evidence.tasks).toBe(0);
    memory.add(run('run_1', 'accepted'));
    expect(memory.policy().evidence.tasks).toBe(1);
    memory.add(run('run_2', 'rejected'));
    memory.add(run('run_3', 'accepted'));
    expect(memory.policy().evidence.tasks).toBe(3);
    expect(memory.policy().evidence.tasks).toBe(3);
  });

  it('forgets nothing for a clock that was far ahead, nor for runs of the future that others share', () => {
    const day = 86_400_000;
    const learnt = (last: number, now: number) => {
      const memory = open();
      for (let at = 1; at <= 20; at += 1) memory.add({ ...run(`run_${at}`, 'accepted'), time: at * day });
      const store = createRouterStore(memory.folder, () => now);
      if (last > now) createRouterStore(memory.folder, () => last).policy(none);
      memory.add({ ...run('run_last', 'accepted'), time: last });
      if (last > now) createRouterStore(memory.folder, () => last).policy(none);
      return { store, folder: memory.folder, policy: () => store.policy(none) };
    };
    const plain = learnt(21 * day, 21 * day);
    const ahead = learnt(90_000 * day, 21 * day);
    expect(stateOf(ahead.policy())).toBe(stateOf(plain.policy()));
    const behind = createRouterStore(plain.folder, () => day).policy(none);
    expect(stateOf(behind)).toBe(stateOf(plain.policy()));
    const evil = sharedRuns([{ ...run('run_x', 'rejected'), time: 90_000 * day, signals: [] }]);
    expect(plain.store.add(evil)).toEqual({ runs: 0, unreadable: 1 });
  });

  it('learns what others share in the order of time, and only once', () => {
    const memory = open();
    memory.add({ ...run('run_9', 'accepted'), time: 9 });
    expect(memory.policy().evidence.tasks).toBe(1);
    const shared = sharedRuns(['run_1', 'run_9'].map((id) => ({ ...run(id, 'rejected'), signals: [] })));
    const store = createRouterStore(memory.folder, () => 1);
    expect(store.add(`${shared}no line\n`)).toEqual({ runs: 1, unreadable: 1 });
    expect(store.add(shared).runs).toBe(0);
    const both = open();
    both.add(run('run_1', 'rejected'));
    both.add({ ...run('run_9', 'accepted'), time: 9 });
    expect(stateOf(memory.policy())).toBe(stateOf(both.policy()));
  });

  it('learns anew when something is said of a run that is learnt already', () => {
    const [late, early] = [open(), open()];
    const undone: ReplayLine = { type: 'signal', v: 1, id: 'run_1', time: 2, signal: 'undone' };
    late.add(run('run_1', 'accepted'));
    late.add(run('run_2', 'accepted'));
    const before = stateOf(late.policy());
    late.add(undone);
    for (const line of [run('run_1', 'accepted'), run('run_2', 'accepted'), undone]) early.add(line);
    expect(stateOf(late.policy())).toBe(stateOf(early.policy()));
    expect(stateOf(late.policy())).not.toBe(before);
  });

  it('learns anew from the log when the state is damaged, of another version, or from a longer log', () => {
    const memory = open();
    memory.add(run('run_1', 'accepted'));
    const right = stateOf(memory.policy());
    const saved = JSON.parse(readFileSync(memory.stateFile, 'utf8')) as object;
    for (const damaged of [
      '',
      '{',
      JSON.stringify({ ...saved, version: 9 }),
      JSON.stringify({ ...saved, logBytes: 1e9 }),
    ]) {
      writeFileSync(memory.stateFile, damaged);
      expect(stateOf(memory.policy())).toBe(right);
    }
  });

  it('leaves a line that is being written for the next time', () => {
    const memory = open();
    memory.add(run('run_1', 'accepted'));
    const line = JSON.stringify(run('run_2', 'accepted'));
    appendFileSync(routerLogPath(memory.folder), line.slice(0, 40));
    expect(memory.policy().evidence.tasks).toBe(1);
    appendFileSync(routerLogPath(memory.folder), `${line.slice(40)}\n`);
    expect(memory.policy().evidence.tasks).toBe(2);
  });
});
