// The replay buffer and the reward: a later signal changes the record of its run, nothing else.
import { describe, expect, it } from 'vitest';
import { calibrationOf } from '../foresight/calibration.ts';
import { createChainThompson } from '../policies/chain-thompson.ts';
import { learnRecords } from '../policies/learn-records.ts';
import { tellingStages } from './outcome-of-record.ts';
import { parseReplay, type ReplayRun, recordsOf } from './replay.ts';
import { rewardOf } from './reward.ts';
import { readShared, sharedRuns } from './share.ts';

const run = (more: Partial<ReplayRun> = {}): ReplayRun => ({
  type: 'run',
  v: 1,
  id: 'run_1',
  sessionId: 'ses_1',
  time: 1,
  work: 'bugfix',
  hasChecks: true,
  valueMicroUsd: 10e6,
  policy: 'chain-thompson',
  chain: ['a/x', 'b/y'],
  propensity: 0.5,
  options: [{ chain: ['a/x', 'b/y'], propensity: 0.5 }],
  isExploring: false,
  exploreCostMicroUsd: 0,
  stages: [
    { model: 'a/x', verdict: 'rejected', costMicroUsd: 1e5 },
    { model: 'b/y', verdict: 'accepted', costMicroUsd: 9e5 },
  ],
  status: 'verified',
  costMicroUsd: 1e6,
  durationMs: 60_000,
  malformedCalls: 0,
  ...more,
});

describe('the replay buffer', () => {
  it('adds signals to their runs and leaves out what it cannot read', () => {
    const text = [
      JSON.stringify(run()),
      'damaged {',
      JSON.stringify({ ...run(), v: 2 }),
      JSON.stringify({ type: 'signal', v: 1, id: 'run_1', time: 2, signal: 'undone' }),
      JSON.stringify({ type: 'signal', v: 1, id: 'run_9', time: 2, signal: 'up' }),
    ].join('\n');
    const { lines, unreadable } = parseReplay(text);
    expect(unreadable).toBe(2);
    expect(recordsOf(lines)).toMatchObject([{ id: 'run_1', signals: ['undone'] }]);
  });

  it('says of the last stage what a person said, and of the others what the checks said', () => {
    const record = { ...run(), signals: ['undone' as const] };
    expect(tellingStages(record)).toMatchObject([{ verdict: 'rejected' }, { verdict: 'accepted', quality: 0 }]);
    expect(tellingStages(record)[0]).not.toHaveProperty('quality');
    expect(tellingStages({ ...run({ status: 'interrupted' }), signals: [] })).toEqual([]);
  });

  it('teaches a policy the same from records as it would have learnt at once', () => {
    const records = recordsOf([run(), run({ id: 'run_2' })]);
    const policy = learnRecords(
      createChainThompson(() => undefined),
      records,
    );
    expect(policy.evidence.tasks).toBe(2);
  });
});

describe('a shared buffer', () => {
  const files = [{ path: 'secret-plans.md', before: null, after: 'h' }];
  const mine = recordsOf([
    run({ files, time: 5 }),
    { type: 'signal', v: 1, id: 'run_1', time: 6, signal: 'up' },
    run({ id: 'run_2', time: 3 }),
  ]);

  it('holds runs and judgements, and no paths', () => {
    const text = sharedRuns(mine);
    expect(text).not.toContain('secret-plans');
    const { lines, runs, unreadable } = readShared(text, new Set(), 1);
    expect({ runs, unreadable }).toEqual({ runs: 2, unreadable: 0 });
    expect(lines.map((line) => line.id)).toEqual(['run_2', 'run_1', 'run_1']);
    expect(recordsOf(lines)[1]).toMatchObject({ id: 'run_1', signals: ['up'], chain: ['a/x', 'b/y'] });
  });

  it('adds what is not known, once, and counts what is no run of this version', () => {
    const text = `${sharedRuns(mine)}${sharedRuns(mine)}${JSON.stringify({ ...run(), v: 2 })}\nnonsense\n`;
    const found = readShared(text, new Set(['run_1']), 1);
    expect(found).toMatchObject({ runs: 1, unreadable: 2 });
  });
});

describe('the reward', () => {
  const facts = { status: 'verified', signals: [], costMicroUsd: 0, durationMs: 0, malformedCalls: 0 };
  it.each([
    [{}, 0.8],
    [{ signals: ['kept' as const] }, 1],
    [{ signals: ['edited' as const] }, 0.5],
    [{ signals: ['undone' as const] }, 0],
    [{ signals: ['undone' as const, 'redone' as const] }, 0.8],
    [{ status: 'verification-failed' }, 0],
    [{ malformedCalls: 2 }, 0.6],
    [{ costMicroUsd: 5e6 }, 0.3],
    [{ status: 'interrupted' }, undefined],
    [{ status: 'auth-failed' }, undefined],
    [{ status: 'failed', signals: ['down' as const] }, 0],
  ])('of %j is %s', (more, reward) => {
    const found = rewardOf({ ...facts, ...more }, 10e6);
    if (reward === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(reward);
  });
});

describe('calibration', () => {
  it('scores forecasts by what came', () => {
    const interval = (mean: number) => ({ mean, low: mean / 2, high: mean * 2 });
    const forecast = (success: number) => ({
      success: interval(success),
      costMicroUsd: interval(1e6),
      durationMs: interval(1e9),
    });
    const records = recordsOf([
      run({ id: 'a', forecast: forecast(0.9) }),
      run({ id: 'b', forecast: forecast(0.3), status: 'verification-failed' }),
      run({ id: 'c', forecast: forecast(0.9), status: 'interrupted' }),
      run({ id: 'd' }),
    ]);
    const scores = calibrationOf(records);
    expect(scores.runs).toBe(2);
    expect(scores.brier).toBeCloseTo((0.01 + 0.09) / 2);
    expect(scores).toMatchObject({ costCovered: 1, timeCovered: 0 });
    expect(scores.buckets.map((bucket) => [bucket.from, bucket.happened])).toEqual([
      [0.2, 0],
      [0.8, 1],
    ]);
  });

  it('scores what was said of the rest by what the rest came to', () => {
    const forecast = {
      success: { mean: 0.6, low: 0.4, high: 0.8 },
      costMicroUsd: { mean: 3e5, low: 2e5, high: 4e5 },
      durationMs: { mean: 3e4, low: 2e4, high: 4e4 },
    };
    const stage = { model: 'a/x', costMicroUsd: 9e5, durationMs: 9e4 };
    const stages = [
      { ...stage, verdict: 'rejected' as const },
      { ...stage, verdict: 'accepted' as const, costMicroUsd: 3e5 },
    ];
    const { requoted } = calibrationOf(recordsOf([run({ stages, requotes: [{ stage: 1, forecast }] })]));
    expect(requoted).toMatchObject({ runs: 1, costCovered: 1, timeCovered: 0 });
    expect(requoted.brier).toBeCloseTo(0.16);
  });
});
