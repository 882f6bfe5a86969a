// The health file: what runs learn is added up, bounded, and read by the next process.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallSample } from '@monkey-coder/models';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultSettings } from '../config/settings.ts';
import { addHealth, readHealth } from './health-store.ts';
import { createModelTraffic } from './model-traffic.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-health-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sample = (at: number, code: CallSample['code'] = 'ok'): CallSample => ({
  at,
  code,
  firstTokenMs: code === 'ok' ? 100 : null,
  streamMs: 1000,
  outputTokens: 20,
});
const traffic = (settings = defaultSettings) =>
  createModelTraffic({ healthPath: join(folder, 'health.json'), settings, now: () => 1 });
const health = () => readHealth(join(folder, 'health.json'));

describe('model traffic', () => {
  it('adds up what several processes learnt, and carries an open breaker to the next', () => {
    const id = 'openai/gpt#sha256:00000000';
    const first = traffic();
    first.lane(id, { remembers: true }).note(sample(5));
    first.flush();
    const second = traffic();
    const lane = second.lane(id, { remembers: true });
    lane.note(sample(9, 'quota'));
    lane.breaker.failed(
      { code: 'quota', message: 'no money', retry: false, failover: true, countsAgainstHealth: false },
      9,
    );
    second.flush();
    expect(health()[id]).toMatchObject({ calls: 2, firstTokenMs: 100, lastAt: 9, lastError: { code: 'quota' } });
    expect(traffic().lane(id, { remembers: true }).breaker.admit(10)).toMatchObject({
      kind: 'refused',
      code: 'quota',
      message: 'no money',
    });
    expect(traffic().lane(id, { remembers: false }).breaker.admit(10).kind).toBe('admitted');
  });

  it('writes nothing when nothing was called', () => {
    traffic().flush();
    expect(health()).toEqual({});
  });

  it('begins anew after a damaged file, and forgets the least recently called', () => {
    writeFileSync(join(folder, 'health.json'), '{"version":1,"models":{"a":');
    const many = new Map(
      Array.from({ length: 250 }, (_, index) => [`m${index}`, { samples: [sample(index)], open: undefined }] as const),
    );
    addHealth(join(folder, 'health.json'), many, 1);
    const ids = Object.keys(health());
    expect(ids).toHaveLength(200);
    expect(ids).toContain('m249');
    expect(ids).not.toContain('m49');
  });

  it('has one queue for each provider that the settings bound', () => {
    const bounded = traffic({ ...defaultSettings, providers: { openai: { concurrency: 2 } } });
    expect(bounded.queue('openai')).toBe(bounded.queue('openai'));
    expect(bounded.queue('anthropic')).toBeUndefined();
  });
});
