// Hooks through the real binary: the user's always, a repository's only after trust; what they say is decided and audited.
import { describe, expect, it } from 'vitest';
import { acceptEdits, calls, createStage, type Stage, says, scripted } from './support/stage.ts';

const hook = (command: string, more: object = {}) => ({ hooks: [{ type: 'command', command, ...more }] });
const on = (matcher: string, command: string, more: object = {}) => ({ matcher, ...hook(command, more) });

function events(stage: Stage): Record<string, unknown>[] {
  return stage
    .sessionLogs()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const decisions = (stage: Stage) => events(stage).filter((event) => event['type'] === 'permission.decided');

describe('hooks', () => {
  it('are told of a call on standard input and forbid it; the audit names them', async () => {
    const stage = createStage();
    stage.settings({
      hooks: { PreToolUse: [on('Bash', 'cat > told.json; echo "no commands on saturdays" >&2; exit 2')] },
    });
    const server = await stage.serve([calls('bash', { command: 'ls' }), says('Well.')]);
    await stage.run([...scripted, '-p', 'list the files']);
    const told = JSON.parse(stage.read('told.json'));
    expect(told).toMatchObject({
      hook_event_name: 'PreToolUse',
      tool_name: 'Bash',
      tool_input: { command: 'ls' },
      cwd: stage.project,
    });
    expect(told.session_id).toMatch(/^ses_/);
    expect(decisions(stage)).toMatchObject([
      { decision: 'denied', by: 'hook', reason: 'a hook says: no commands on saturdays' },
    ]);
    expect(JSON.stringify(server.log.at(-1))).toContain('no commands on saturdays');
  });

  it('fail closed before a call: a crash, a time-out', async () => {
    for (const bad of [hook('exit 7'), hook('sleep 30', { timeout: 0.2 })]) {
      const stage = createStage();
      stage.settings({ hooks: { PreToolUse: [{ matcher: 'Write', ...bad }] } });
      await stage.serve([calls('write', { path: 'a.txt', content: 'a' }), says('Well.')]);
      await stage.run([...scripted, ...acceptEdits, '-p', 'write a.txt']);
      expect(() => stage.read('a.txt')).toThrow();
      expect(decisions(stage)).toMatchObject([{ decision: 'denied', by: 'hook' }]);
    }
  });

  it('may allow what the mode would ask about, but not what is dangerous', async () => {
    const stage = createStage();
    stage.settings({ hooks: { PreToolUse: [on('Bash', `echo '{"decision":"approve","reason":"ours"}'`)] } });
    await stage.serve([
      calls('bash', { command: 'touch made' }),
      calls('bash', { command: 'rm -rf made /etc/passwd' }),
      says('Well.'),
    ]);
    await stage.run([...scripted, '-p', 'touch it']);
    stage.read('made');
    expect(decisions(stage)).toMatchObject([
      { decision: 'allowed', by: 'hook' },
      { decision: 'denied', by: 'guard' },
    ]);
  });

  it('change a call: what was asked and what was run are on record, and the model is told', async () => {
    const stage = createStage();
    const change = `sed -n 's/.*/{"hookSpecificOutput":{"permissionDecision":"allow","updatedInput":{"command":"touch theirs"}}}/p'`;
    stage.settings({ hooks: { PreToolUse: [on('Bash', change)] } });
    const server = await stage.serve([calls('bash', { command: 'touch mine' }), says('Well.')]);
    const ended = await stage.run([...scripted, 'touch it']);
    stage.read('theirs');
    expect(() => stage.read('mine')).toThrow();
    expect(ended.stderr + ended.stdout).toContain('a hook changes bash to');
    const log = events(stage);
    expect(log.filter(({ type }) => type === 'call.changed')).toMatchObject([
      { asked: '{"command":"touch mine"}', arguments: '{"command":"touch theirs"}' },
    ]);
    expect(log.filter(({ type }) => type === 'tool.started')).toMatchObject([
      { arguments: '{"command":"touch theirs"}', title: expect.stringContaining('touch theirs') },
    ]);
    expect(JSON.stringify(server.log.at(-1))).toContain('a hook of the user changed this call to');
  });

  it('change the path of an edit under its established name', async () => {
    const stage = createStage();
    stage.settings({
      hooks: {
        PreToolUse: [
          on(
            'Write',
            `sed 's/.*tool_input":\\({[^}]*}\\).*/{"hookSpecificOutput":{"updatedInput":\\1}}/; s/"file_path":"[^"]*"/"file_path":"b.txt"/'`,
          ),
        ],
      },
    });
    await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('Well.')]);
    await stage.run([...scripted, ...acceptEdits, '-p', 'write a.txt']);
    expect(stage.read('b.txt')).toBe('x');
    expect(() => stage.read('a.txt')).toThrow();
  });

  it('never widen by a change what rules, modes, schemas and other hooks allow', async () => {
    const changed = (input: object) =>
      `echo '${JSON.stringify({ hookSpecificOutput: { permissionDecision: 'allow', updatedInput: input } })}'`;
    const touch = on('Bash', changed({ command: 'touch made' }));
    const guard = on('Bash', 'grep -q "touch made" && { echo "no touching" >&2; exit 2; }; exit 0');
    const cases = [
      { hooks: [touch], args: ['--permission-mode', 'plan'], by: 'mode' },
      { hooks: [touch], args: ['--disallowed-tools', 'bash(touch:*)'], by: 'rule' },
      { hooks: [touch, guard], args: [], by: 'hook' },
      { hooks: [touch, on('Bash', changed({ command: 'touch other' }))], args: [], by: 'hook' },
      { hooks: [on('Bash', changed({ command: 'rm -rf /etc/passwd' }))], args: [], by: 'guard' },
    ];
    for (const { hooks, args, by } of cases) {
      const stage = createStage();
      stage.settings({ hooks: { PreToolUse: hooks } });
      await stage.serve([calls('bash', { command: 'ls' }), says('Well.')]);
      await stage.run([...scripted, ...args, '-p', 'list the files']);
      expect(decisions(stage), JSON.stringify(hooks)).toMatchObject([{ decision: 'denied', by }]);
      expect(() => stage.read('made')).toThrow();
    }
    const stage = createStage();
    stage.settings({ hooks: { PreToolUse: [on('Bash', changed({ cmd: 'ls' }))] } });
    const server = await stage.serve([calls('bash', { command: 'ls' }), says('Well.')]);
    await stage.run([...scripted, '-p', 'list the files']);
    expect(JSON.stringify(server.log.at(-1))).toContain('A hook changed the call. Invalid arguments for bash');
  });

  it('format what was written within its step: undo takes both back, and the model is told', async () => {
    const stage = createStage();
    stage.write('a.txt', 'old\n');
    stage.settings({
      hooks: {
        PostToolUse: [on('Edit|Write', 'tr a-z A-Z < a.txt > b; cat b > a.txt; rm b; echo formatted >&2; exit 2')],
      },
    });
    const server = await stage.serve([
      calls('read', { path: 'a.txt' }),
      calls('write', { path: 'a.txt', content: 'new\n' }),
      says('Done.'),
    ]);
    await stage.run([...scripted, ...acceptEdits, '-p', 'write a.txt']);
    expect(stage.read('a.txt')).toBe('NEW\n');
    expect(JSON.stringify(server.log.at(-1))).toContain('a hook of the user says: formatted');
    await stage.run(['undo']);
    expect(stage.read('a.txt')).toBe('old\n');
  });

  it('add to a request, refuse one, and keep the agent from stopping', async () => {
    const stage = createStage();
    stage.settings({
      hooks: {
        SessionStart: [hook('echo "on call: ada"')],
        UserPromptSubmit: [hook('grep -q forbidden && { echo "not that" >&2; exit 2; }; echo "ticket: 17"')],
        Stop: [hook(`grep -q '"stop_hook_active":true' || { echo "write the changelog" >&2; exit 2; }`)],
        SessionEnd: [hook('touch ended')],
      },
    });
    const server = await stage.serve([says('First.'), says('Second.')]);
    const ended = await stage.run([...scripted, '-p', 'why is it so?']);
    expect(ended.stdout).toContain('Second.');
    const sent = JSON.stringify(server.log.at(-1));
    for (const text of ['on call: ada', 'ticket: 17', 'write the changelog']) expect(sent).toContain(text);
    stage.read('ended');
    const refused = await stage.run([...scripted, '-p', 'do the forbidden thing']);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('not that')]);
    expect(server.log).toHaveLength(2);
  });

  it("of a repository do not run before trust, run after it, and stop when they change; they can't allow", async () => {
    const stage = createStage();
    const declare = (command: string) =>
      stage.write('.monkey/settings.json', JSON.stringify({ hooks: { PreToolUse: [on('*', command)] } }));
    declare(`touch ran; echo '{"decision":"approve"}'`);
    const play = async () => {
      const server = await stage.serve([calls('bash', { command: 'touch by-agent' }), says('Well.')]);
      const ended = await stage.run([...scripted, '--output-format', 'json', '-p', 'touch it']);
      return { ended, server };
    };
    await play();
    expect(() => stage.read('ran')).toThrow();
    expect(stage.sessionLogs()).toContain('1 hook of this folder stays off');
    await stage.run(['trust', '--yes']);
    await play();
    stage.read('ran');
    expect(() => stage.read('by-agent')).toThrow();
    declare('touch ran-changed');
    await play();
    expect(() => stage.read('ran-changed')).toThrow();
  });

  it('never see a key', async () => {
    const stage = createStage();
    stage.env['OPENAI_API_KEY'] = 'sk-test-0123456789abcdef';
    stage.write('.env.txt', 'KEY=sk-test-0123456789abcdef\n');
    stage.settings({ hooks: { PostToolUse: [on('*', 'cat > told.json; env > seen.txt')] } });
    await stage.serve([calls('read', { path: '.env.txt' }), says('Well.')]);
    await stage.run([...scripted, '-p', 'read it']);
    expect(stage.read('told.json')).toContain('KEY=');
    expect(stage.read('told.json') + stage.read('seen.txt')).not.toContain('0123456789abcdef');
  });
});
