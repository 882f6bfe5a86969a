// Policies of several layers: the strictest word counts, and it names its file.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSettings } from './load-settings.ts';
import { hostLists, mayCallModel, mayUseMode, type Policy, runCap } from './policy.ts';

const managed: Policy = { source: 'managed.json', models: ['anthropic/*', 'openai/gpt-5*'], maxRunUsd: 10 };
const project: Policy = { source: 'project.json', models: ['*/claude-*'], modes: ['default', 'plan'], maxRunUsd: 2 };

describe('policies', () => {
  it.each([
    ['anthropic/claude-x', 'allowed'],
    ['Anthropic/Claude-x', 'allowed'],
    ['openai/gpt-5-mini', 'refused'],
    ['openrouter/anthropic/claude-x', 'refused'],
  ])('%s under two lists of models: %s', (model, kind) => {
    expect(mayCallModel([managed, project], model).kind).toBe(kind);
  });

  it('say who forbids, and keep the lowest cap', () => {
    expect(mayCallModel([managed], 'xai/grok')).toMatchObject({ kind: 'refused', source: 'managed.json' });
    expect(mayUseMode([managed, project], 'bypassPermissions')).toMatchObject({ source: 'project.json' });
    expect(mayUseMode([managed, project], 'plan').kind).toBe('allowed');
    expect(runCap([managed, project])).toEqual({ usd: 2, source: 'project.json' });
    expect(runCap([])).toBeUndefined();
    expect(hostLists([{ source: 'a', domains: ['x.org'] }, project])).toEqual([['x.org']]);
  });

  it('of a repository restrict like the others, and no layer takes one away', () => {
    const folder = mkdtempSync(join(tmpdir(), 'monkey-policy-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, '.monkey'));
    const path = join(folder, '.monkey', 'settings.json');
    writeFileSync(path, JSON.stringify({ policy: { maxRunUsd: 1 }, limits: { maxBudgetUsd: 100 } }));
    const { settings, warnings } = loadSettings([{ path, scope: 'project' }], { flags: { policy: { maxRunUsd: 50 } } });
    expect(runCap(settings.policies)).toEqual({ usd: 1, source: path });
    expect(warnings.join()).toContain('limits ignored');
  });
});
