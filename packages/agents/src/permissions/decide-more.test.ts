// What a hook’s word changes about a decision and what it cannot, and where a redirect may write without being asked about.
import type { PermissionMode } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { decidePermission } from './decide.ts';
import type { HookWord } from './decision.ts';

function decide(
  command: string,
  decision: HookWord['decision'],
  more: { mode?: PermissionMode; deny?: string[] } = {},
) {
  return decidePermission({
    tool: 'bash',
    intent: { title: command, effect: 'command', paths: [], command },
    mode: more.mode ?? 'default',
    rules: { allow: ['Bash(npm test)'], deny: more.deny ?? [], ask: ['Bash(npm publish:*)'] },
    facts: { root: '/w', addedFolders: [], outside: [], checkCommands: [], isSandboxed: true, canAsk: true },
    hook: { decision, reason: 'because.' },
  });
}

describe('a hook', () => {
  it('forbids what a rule allows, and what only reads', () => {
    expect(decide('npm test', 'deny')).toMatchObject({ kind: 'deny', by: 'hook', reason: 'a hook says: because' });
    expect(decide('ls', 'deny').kind).toBe('deny');
    expect(decide('make', 'deny', { mode: 'bypassPermissions' }).kind).toBe('deny');
  });

  it('asks about what would be allowed', () => {
    expect(decide('npm test', 'ask')).toMatchObject({ kind: 'ask', by: 'hook' });
    expect(decide('npm test', 'ask', { mode: 'dontAsk' }).kind).toBe('deny');
  });

  it('allows what the mode alone would ask about', () => {
    expect(decide('make', 'allow')).toMatchObject({ kind: 'allow', by: 'hook' });
  });

  it('cannot allow what a rule, the mode or the guard holds back', () => {
    expect(decide('make', 'allow', { deny: ['Bash(make)'] }).kind).toBe('deny');
    expect(decide('make', 'allow', { mode: 'plan' }).kind).toBe('deny');
    expect(decide('npm publish', 'allow').kind).toBe('ask');
    expect(decide('git reset --hard', 'allow')).toMatchObject({ kind: 'ask', by: 'guard' });
  });
});

describe('what is refused of several commands', () => {
  const why = (command: string) => decide(command, 'none').reason;

  it('is named: the first that nothing allows', () => {
    expect(why('npm test && make all && make more')).toBe('`make all` is a command and no rule allows it');
    expect(why('ls | xargs -n1 make')).toContain('`');
    expect(why('make all')).toBe('it is a command and no rule allows it');
  });

  it('is shown as it was written: quotes that matter, and where it writes', () => {
    const { grants } = decide('node -e "a b" > "out x" 2>&1 && make *.c', 'none');
    expect(grants).toEqual(["run node -e 'a b' > 'out x'", 'run make *.c']);
  });
});

describe('a redirect', () => {
  const decided = (command: string) =>
    decidePermission({
      tool: 'bash',
      intent: { title: command, effect: 'command', paths: [], command },
      mode: 'acceptEdits',
      rules: { allow: ['Bash(echo:*)'], deny: [], ask: [] },
      facts: { root: '/w', addedFolders: ['/added'], outside: [], checkCommands: [], isSandboxed: false, canAsk: true },
    }).kind;

  it('writes freely only what the edit tools may write', () => {
    for (const command of ['echo x > a.txt', 'cd src && echo x >> a.txt', 'echo x > /added/a', 'echo x > /dev/null'])
      expect(decided(command), command).toBe('allow');
    for (const command of [
      'echo x > /home/u/.bashrc',
      'echo x >> ~/.bashrc',
      'echo x > ../a',
      'cd .. && echo x > a',
      'echo x > $HOME/a',
      'echo x > .git/hooks/pre-commit',
      'cd .git && echo x > config',
      'echo x > .monkey/settings.json',
    ])
      expect(decided(command), command).toBe('ask');
  });
});
