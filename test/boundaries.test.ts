// What crosses the border of a run: keys that must not, instructions from above, changes by others, commands that outlive a crash.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acceptEdits, calls, commitAll, createStage, jsonLines, says, scripted } from './support/stage.ts';

describe('the user’s keys', () => {
  it('reach neither the provider’s body, nor the log, nor the screen', async () => {
    const stage = createStage();
    const [key, stored] = ['sk-test-0123456789abcdefghijkl', 'ak-test-9876543210zyxwvutsrq'];
    stage.env['OPENAI_API_KEY'] = key;
    const keys = { version: 2, keys: { anthropic: [stored] } };
    mkdirSync(join(stage.home, 'config'), { recursive: true });
    writeFileSync(join(stage.home, 'config', 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
    stage.write('.env', `A=${key}\nB=${stored}\n`);
    stage.write('check.js', "console.log(require('fs').readFileSync('.env', 'utf8')); process.exit(1);\n");
    const server = await stage.serve(
      [
        calls('read', { path: '.env' }),
        calls('bash', { command: 'cat .env' }),
        calls('write', { path: 'b.txt', content: 'b\n' }),
        says('Done.'),
        says('The check fails.'),
        says('The check fails.'),
      ],
      { key },
    );
    const run = await stage.run([
      ...scripted,
      '--yolo',
      '--check',
      'node check.js',
      '--output-format',
      'stream-json',
      'go',
    ]);
    const sent = server.log.map((request) => request.body).join('\n');
    for (const secret of [key, stored]) {
      for (const text of [sent, stage.sessionLogs(), run.stdout, run.stderr]) expect(text).not.toContain(secret);
    }
    expect(sent).toContain('A=***hidden key***');
    expect(jsonLines(run.stdout).some((line) => JSON.stringify(line).includes('B=***hidden key***'))).toBe(true);
    expect(stage.read('.env')).toBe(`A=${key}\nB=${stored}\n`);
  });
});

describe('an added folder', () => {
  it('is written to only when it was given, and what was done there is undone and redone there', async () => {
    const stage = createStage();
    const beside = join(stage.folder, 'beside');
    mkdirSync(beside);
    const file = join(beside, 'new.txt');
    await stage.serve([calls('write', { path: file, content: 'new' }), says('Written.')]);
    const write = [...scripted, ...acceptEdits, 'write it'];
    expect((await stage.run(write)).code).toBe(3);
    expect(existsSync(file)).toBe(false);
    await stage.run([...write, '--add-dir', beside]);
    expect(existsSync(file)).toBe(true);
    const undo = await stage.run(['undo']);
    expect(undo.code, undo.stdout).toBe(0);
    expect(existsSync(file)).toBe(false);
    await stage.run(['redo']);
    expect(existsSync(file)).toBe(true);
  });
});

describe('a folder inside a repository', () => {
  it('is told that the checks around it are not used, and undo says where the run was', async () => {
    const stage = createStage();
    stage.write('sub/a.txt', 'one');
    commitAll(stage);
    await stage.serve([calls('edit', { path: 'a.txt', old_string: 'one', new_string: 'two' }), says('Done.')]);
    const sub = join(stage.project, 'sub');
    const run = await stage.run([...scripted, ...acceptEdits, 'change a'], { cwd: sub });
    expect(run.stdout).toContain(`monkey -C ${stage.project} takes all of it`);
    const undo = await stage.run(['undo']);
    expect(undo.stdout).toContain(`monkey undo -C ${sub}`);
    expect((await stage.run(['undo', '-C', sub])).code).toBe(0);
    expect(stage.read('sub/a.txt')).toBe('one');
  });

  it('is worked in with the instructions of the folders above it', async () => {
    const stage = createStage();
    stage.write('AGENTS.md', 'Rule of the top.');
    stage.write('packages/cart/AGENTS.md', 'Rule of the cart.');
    commitAll(stage);
    writeFileSync(join(stage.folder, 'AGENTS.md'), 'Rule of a stranger.');
    const server = await stage.serve([says('Yes.')]);
    await stage.run([...scripted, 'why?'], { cwd: join(stage.project, 'packages/cart') });
    const body = server.log[0]?.body ?? '';
    expect(body).toMatch(/Rule of the top\.[\s\S]*Rule of the cart\./);
    expect(body).not.toContain('stranger');
  });
});

describe('a file that somebody else changes', () => {
  it('is told to the model once, and is still known after a restart', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    const server = await stage.serve([
      calls('read', { path: 'a.txt' }),
      { delayMs: 700, ...calls('list', {}) },
      calls('list', { glob: '*' }),
      says('Done.'),
      says('Again.'),
    ]);
    const running = stage.start([...scripted, '--output-format', 'stream-json', 'what is in a.txt?']);
    await running.seen('"turn":2');
    stage.write('a.txt', 'two\n');
    expect((await running.ended).code).toBe(0);
    await stage.run([...scripted, '--continue', 'and now?']);
    const note = 'Changed outside since you last read it: a.txt';
    const told = server.log.map((request) => request.body.split(note).length - 1);
    expect(told).toEqual([0, 0, 1, 1, 1]);
  });
});

describe('a command without a sandbox', () => {
  it('that outlives its killed agent is ended by the next run', async () => {
    const stage = createStage();
    stage.settings({ sandbox: 'off' });
    const seconds = `3000.${process.pid}`;
    const sleeping = (): string[] => {
      const lines = execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' }).split('\n');
      return lines.filter((line) => !line.startsWith('Z') && /^\S+\s+sleep /.test(line) && line.includes(seconds));
    };
    onTestFinished(() => void execFileSync('sh', ['-c', `pgrep -f '^sleep ${seconds}' | xargs -r kill -9`]));
    await stage.serve([calls('bash', { command: `echo up; sleep ${seconds}` }), says('Done.')]);
    const running = stage.start([...scripted, '--yolo', '--output-format', 'stream-json', 'run it']);
    await running.seen('"tool.output"');
    running.send('SIGKILL');
    await running.ended;
    // The shell may have said "up" and not yet become its command.
    await expect.poll(sleeping).toHaveLength(1);
    await stage.serve([says('Because.')]);
    await stage.run([...scripted, '--permission-mode', 'plan', 'why?']);
    expect(sleeping()).toEqual([]);
  });
});
