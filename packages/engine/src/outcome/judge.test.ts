// The outcome follows from facts; the model's words never make a success.
import { noUsage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { judge, type Verification } from './judge.ts';
import { namedChecks, requestedChecks } from './requested-checks.ts';
import type { RunFacts } from './run-facts.ts';
import { isTestFile } from './test-files.ts';

const facts = (more: Partial<RunFacts> = {}): RunFacts => ({
  changes: [],
  lastChangeSeq: -1,
  firstSnapshotId: undefined,
  commands: [],
  denials: [],
  receipts: [],
  usage: noUsage,
  costMicroUsd: 0,
  turns: 1,
  startedAt: 0,
  ...more,
});
const done = { kind: 'finished', text: 'All done, everything works perfectly!' } as const;
const none: Verification = { kind: 'none' };

describe('judge', () => {
  it('calls a claimed success over failing checks a failure', () => {
    expect(judge('change', done, facts(), { kind: 'failed', reason: 'npm test failed', feedback: '' }).status).toBe(
      'verification-failed',
    );
  });
  it('tells unverified from verified', () => {
    expect(judge('change', done, facts(), { kind: 'unproven', reason: 'no checks' }).status).toBe('unverified');
    expect(judge('change', done, facts(), { kind: 'passed', reason: 'ok' }).status).toBe('verified');
  });
  it('does not take an answer for a change', () => {
    expect(judge('change', done, facts(), none).status).toBe('nothing-done');
    expect(judge('question', done, facts(), none).status).toBe('answered');
  });
  it('says that a question waits for its answer', () => {
    const asking = { kind: 'finished', text: 'There are two.\nWhich one do you **mean?**' } as const;
    expect(judge('change', asking, facts(), none).reason).toMatch(/it asks you something/);
    expect(judge('change', done, facts(), none).reason).not.toMatch(/asks/);
  });
  it('reports a denial as such', () => {
    const denials = [{ tool: 'edit', what: 'edit a.js', reason: 'nobody can be asked' }];
    expect(judge('change', done, facts({ denials }), none).status).toBe('denied');
  });
  it('keeps limits, budget, key and interruption apart', () => {
    expect(judge('change', { kind: 'turn-limit' }, facts(), none).status).toBe('limit');
    expect(judge('change', { kind: 'budget', message: 'x' }, facts(), none).status).toBe('out-of-budget');
    expect(judge('change', { kind: 'interrupted' }, facts(), none).status).toBe('interrupted');
    expect(judge('change', { kind: 'model-failed', code: 'auth', message: 'x' }, facts(), none).status).toBe(
      'auth-failed',
    );
  });
});

describe('requested checks', () => {
  const ran = (command: string, seq = 9) =>
    facts({ lastChangeSeq: 5, commands: [{ command, exitCode: 0, readOnly: false, seq, tail: '' }] });
  it('reads the program or the quoted command from the request', () => {
    expect(namedChecks('Fix the spelling, then check the fix with grep.')).toEqual(['grep']);
    expect(namedChecks('Rename it and make sure `make lint -s` passes')).toEqual(['make lint -s']);
    expect(namedChecks('Write a parser with recursion')).toEqual([]);
  });
  it('takes the part of a command that is the check, without its redirect', () => {
    expect(
      requestedChecks('then check it with grep', ran("grep -c 'Hello, world' greet.js > ran.txt; cat ran.txt")),
    ).toEqual(["grep -c 'Hello, world' greet.js"]);
  });
  it('takes nothing that ran before the last change, failed, or was fed by a pipe', () => {
    expect(requestedChecks('check it with grep', ran('grep x y', 3))).toEqual([]);
    expect(
      requestedChecks(
        'check it with grep',
        facts({ commands: [{ command: 'grep x y', exitCode: 1, readOnly: true, seq: 9, tail: '' }] }),
      ),
    ).toEqual([]);
    expect(requestedChecks('check it with grep', ran('cat y | grep x'))).toEqual([]);
  });
});

describe('test files', () => {
  it.each(['src/a.test.ts', 'tests/test_x.py', 'pkg/x_test.go', 'spec/a_spec.rb', 'src/test/java/AppTest.java'])(
    '%s is one',
    (path) => expect(isTestFile(path)).toBe(true),
  );
  it.each(['src/a.ts', 'latest.js', 'contest.py', 'src/testing-tools.ts'])('%s is none', (path) =>
    expect(isTestFile(path)).toBe(false),
  );
});
