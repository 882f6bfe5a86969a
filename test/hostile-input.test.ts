// Files, folders, settings and commands that make trouble: each ends clearly, in time, and with nothing lost.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acceptEdits,
  calls,
  commitAll,
  createStage,
  fixesSum,
  jsonLines,
  type Stage,
  says,
  scripted,
  useFailingProject,
} from './support/stage.ts';

const isRoot = process.getuid?.() === 0;

/** What the model was told about its calls, in order. */
const toolOutputs = (stdout: string): string[] =>
  jsonLines(stdout)
    .map((line) => line['event'] as { type?: string; output?: string } | undefined)
    .filter((event) => event?.type === 'tool.ended')
    .map((event) => event?.output ?? '');

const streamed = [...scripted, '--output-format', 'stream-json'];

describe('files', () => {
  it('does not read a file of 2 GB, and stays quick and small', async () => {
    const stage = createStage();
    stage.write('big.log', '');
    truncateSync(join(stage.project, 'big.log'), 2 * 1024 ** 3);
    await stage.serve([
      calls('read', { path: 'big.log' }),
      calls('grep', { pattern: 'needle' }),
      calls('edit', { path: 'big.log', old_string: 'a', new_string: 'b' }),
      says('It is too large.'),
    ]);
    const run = await stage.run([...streamed, ...acceptEdits, 'what is in big.log?']);
    const [read, , edit] = toolOutputs(run.stdout);
    expect(run.code, run.stdout).toBe(0);
    expect(read).toContain('big.log has 2.0 GiB');
    expect(edit).toMatch(/large|read/i);
    expect(run.durationMs).toBeLessThan(5000);
  });

  it('changes something beside a file of 2 GB, and undoes it', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('big.log', '');
    truncateSync(join(stage.project, 'big.log'), 2 * 1024 ** 3);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const run = await stage.run([...scripted, ...acceptEdits, 'fix the sum']);
    expect(run.code, run.stdout).toBe(0);
    expect(run.durationMs).toBeLessThan(10_000);
    await stage.run(['undo']);
    expect(stage.read('src/sum.js')).toContain('a - b');
  });

  it('shows no bytes of a binary file and does not edit it', async () => {
    const stage = createStage();
    stage.write('logo.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0xff, 0xfe]));
    await stage.serve([
      calls('read', { path: 'logo.png' }),
      calls('edit', { path: 'logo.png', old_string: 'PNG', new_string: 'GNP' }),
      says('It is an image.'),
    ]);
    const run = await stage.run([...streamed, ...acceptEdits, 'what is logo.png?']);
    for (const output of toolOutputs(run.stdout)) expect(output).toMatch(/binary/i);
    expect(run.code).toBe(0);
  });

  it('sends the first request of a repository with 50,000 files in under two seconds', async () => {
    const stage = createStage();
    for (let folder = 0; folder < 500; folder++) {
      const path = join(stage.project, `packages/p${folder}`);
      mkdirSync(path, { recursive: true });
      for (let file = 0; file < 100; file++) writeFileSync(join(path, `f${file}.js`), '');
    }
    await stage.serve([calls('write', { path: 'new.txt', content: 'x\n' }), says('Written.')]);
    let firstMs = Number.POSITIVE_INFINITY;
    const started = performance.now();
    const running = stage.start([...scripted, ...acceptEdits, 'write new.txt'], { timeoutMs: 60_000 });
    await running.seen('quote');
    firstMs = performance.now() - started;
    const run = await running.ended;
    expect(run.code, run.stdout).toBe(8);
    expect(firstMs).toBeLessThan(2000);
    expect((await stage.run(['undo'])).code).toBe(0);
    expect(existsSync(join(stage.project, 'new.txt'))).toBe(false);
  }, 120_000);

  it.skipIf(isRoot)('says which folder cannot be written', async () => {
    const stage = createStage();
    chmodSync(stage.project, 0o555);
    await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('It cannot be written.')]);
    const run = await stage.run([...streamed, ...acceptEdits, 'write a']);
    chmodSync(stage.project, 0o755);
    expect(toolOutputs(run.stdout)[0]).toMatch(/EACCES|permission/i);
    expect(run.code).toBe(7);
  });

  it.runIf(isRoot && process.platform === 'linux')('keeps files whole and says so when the disk is full', async () => {
    const stage = createStage();
    const disk = join(stage.folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    try {
      writeFileSync(join(disk, 'a.txt'), 'one\n');
      await stage.serve([
        calls('read', { path: 'a.txt' }),
        calls('write', { path: 'a.txt', content: 'x'.repeat(400_000) }),
        says('The disk is full.'),
      ]);
      const run = await stage.run([...streamed, ...acceptEdits, 'write much into a'], { cwd: disk });
      expect(toolOutputs(run.stdout)[1]).toMatch(/ENOSPC|space/i);
      expect(run.code).toBe(7);
      expect(execFileSync('cat', [join(disk, 'a.txt')], { encoding: 'utf8' })).toBe('one\n');
      expect(readdirSync(disk)).toEqual(['a.txt']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it.runIf(isRoot && process.platform === 'linux')('ends clearly when the session log has no room', async () => {
    const stage = createStage();
    mkdirSync(stage.home, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24k', 'tmpfs', stage.home]);
    try {
      await stage.serve([says('y'.repeat(60_000))]);
      const run = await stage.run([...scripted, 'why?']);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/cannot be written|space/i);
      expect(run.stderr).not.toMatch(/unexpected|at .*\.cjs/);
    } finally {
      execFileSync('umount', [stage.home]);
    }
  });
});

describe('folders', () => {
  it('works in a repository within a repository, on its own files', async () => {
    const stage = createStage();
    stage.write('outer.txt', 'outer\n');
    commitAll(stage);
    const inner = join(stage.project, 'inner');
    mkdirSync(inner);
    execFileSync('git', ['init', '-q', inner]);
    writeFileSync(join(inner, 'in.txt'), 'in\n');
    await stage.serve([
      calls('read', { path: 'inner/in.txt' }),
      calls('edit', { path: 'inner/in.txt', old_string: 'in', new_string: 'out' }),
      says('Done.'),
    ]);
    const run = await stage.run([...scripted, ...acceptEdits, 'change in.txt']);
    expect(run.code, run.stdout).toBe(8);
    expect(stage.read('inner/in.txt')).toBe('out\n');
    const undo = await stage.run(['undo']);
    expect(undo.code, undo.stdout + undo.stderr).toBe(0);
    expect(stage.read('inner/in.txt')).toBe('in\n');
  });

  it('works in a folder below the top of a repository, and in one without commits', async () => {
    for (const commits of [true, false]) {
      const stage = createStage();
      stage.write('sub/a.txt', 'one\n');
      if (commits) commitAll(stage);
      else stage.git('init', '-q');
      await stage.serve([
        calls('read', { path: 'a.txt' }),
        calls('edit', { path: 'a.txt', old_string: 'one', new_string: 'two' }),
        calls('bash', { command: 'rm a.txt; echo new > b.txt' }),
        says('Done.'),
      ]);
      const cwd = join(stage.project, 'sub');
      const run = await stage.run([...scripted, '--yolo', 'change a'], { cwd });
      expect(run.code, run.stdout + run.stderr).toBe(8);
      const undo = await stage.run(['undo'], { cwd });
      expect(undo.code, undo.stdout + undo.stderr).toBe(0);
      expect(stage.read('sub/a.txt')).toBe('one\n');
      expect(existsSync(join(cwd, 'b.txt'))).toBe(false);
    }
  });

  it('leaves index, branches and stashes of the user alone', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('staged.txt', 'staged\n');
    stage.git('add', 'staged.txt');
    const state = (): string =>
      ['status --short staged.txt', 'log --oneline --all', 'stash list', 'for-each-ref', 'config --local --list']
        .map((command) => stage.git(...command.split(' ')))
        .join('');
    const before = state();
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    expect((await stage.run([...scripted, ...acceptEdits, 'fix the sum'])).code).toBe(0);
    await stage.run(['undo']);
    expect(state()).toBe(before);
    expect(stage.git('fsck')).not.toContain('error');
  });

  it('never leaves the folder, by path or by link, and never writes into .git', async () => {
    const stage = createStage();
    commitAllWithLink(stage);
    await stage.serve([
      calls('write', { path: '../escaped.txt', content: 'x' }),
      calls('write', { path: 'link/escaped.txt', content: 'x' }),
      calls('write', { path: '.git/hooks/post-checkout', content: 'x' }),
      calls('read', { path: '/etc/passwd' }),
      says('No.'),
    ]);
    const run = await stage.run([...streamed, ...acceptEdits, 'write outside']);
    expect(run.code).toBe(3);
    expect(existsSync(join(stage.folder, 'escaped.txt'))).toBe(false);
    expect(existsSync(join(stage.folder, 'elsewhere', 'escaped.txt'))).toBe(false);
    expect(existsSync(join(stage.project, '.git', 'hooks', 'post-checkout'))).toBe(false);
    expect(toolOutputs(run.stdout).join('\n')).not.toContain('root:');
  });

  it('takes no program of the folder for git, and shows its settings without obeying them, in what only looks', async () => {
    const stage = createStage();
    const mark = join(stage.folder, 'ran');
    for (const name of ['git', 'bwrap', 'sh', 'bash'])
      writeFileSync(join(stage.project, name), `#!/bin/sh\n: > ${mark}\n`, { mode: 0o755 });
    stage.write('.monkey/settings.json', '{"\\u001b]0;title": 1, "permissions": {"allow": ["Bash"]}}');
    const env = { PATH: `.:${process.env['PATH'] ?? ''}` };
    for (const args of [['--version'], ['doctor'], ['config'], ['models'], ['sessions', 'list'], ['undo']]) {
      const run = await stage.run(args, { env });
      expect(`${run.stdout}${run.stderr}`, args.join(' ')).not.toContain('\u001b]');
      expect(existsSync(mark), args.join(' ')).toBe(false);
    }
  });

  it('runs no hook and no program of the repository by opening it', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const mark = join(stage.folder, 'ran');
    writeFileSync(join(stage.project, '.git', 'hooks', 'post-index-change'), `#!/bin/sh\ntouch ${mark}\n`, {
      mode: 0o755,
    });
    stage.git('config', 'core.fsmonitor', `touch ${mark}; false`);
    stage.git('config', 'core.pager', `touch ${mark}`);
    stage.git('config', 'diff.external', `touch ${mark}`);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const run = await stage.run([...scripted, ...acceptEdits, 'fix the sum']);
    await stage.run(['undo']);
    expect(run.code, run.stdout).toBe(0);
    expect(existsSync(mark)).toBe(false);
  });

  it('takes what can be read of broken instructions', async () => {
    const stage = createStage();
    stage.write(
      'AGENTS.md',
      Buffer.concat([
        Buffer.from('Use tabs.\n'),
        Buffer.from([0xff, 0xfe, 0x00]),
        Buffer.from('@missing.md\n@AGENTS.md\n'),
      ]),
    );
    const server = await stage.serve([says('Because.')]);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(server.log).toHaveLength(1);
    expect(run.stdout).toContain('AGENTS.md');
  });

  it('bounds instructions that are far too long', async () => {
    const stage = createStage();
    stage.write('AGENTS.md', 'rule\n'.repeat(400_000));
    const server = await stage.serve([says('Because.')]);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code).toBe(0);
    expect(server.log[0]?.request.system.length).toBeLessThan(100_000);
    expect(run.stdout).toContain('AGENTS.md');
  });
});

describe('settings', () => {
  it.each([
    ['{ "model": ', /settings\.json is not JSON.*(line|position|end)/i],
    ['{ "limits": { "maxTurns": "many" } }', /settings\.json: limits\.maxTurns/],
    ['{ "permissions": { "mode": "allow-all" } }', /settings\.json: permissions\.mode/],
    ['[]', /settings\.json/],
    ['null', /settings\.json/],
  ])('%s ends with 52 and names the file and the place', async (text, message) => {
    const stage = createStage();
    stage.settings(text);
    const run = await stage.run(['-m', 'openai/x', 'fix it']);
    expect(run.code).toBe(52);
    expect(run.stderr).toMatch(message);
    expect((await stage.run(['doctor'])).stdout).toMatch(message);
  });

  it('warns about unknown keys and goes on', async () => {
    const stage = createStage();
    await stage.serve([says('Because.')]);
    stage.settings({ modle: 'x', limits: { maxTruns: 3 } });
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('did you mean "model"');
    expect(run.stdout).toContain('unknown key "limits.maxTruns", did you mean "limits.maxTurns"');
  });

  it('does not let a repository grant itself anything', async () => {
    const stage = createStage();
    stage.write(
      '.monkey/settings.json',
      JSON.stringify({ permissions: { mode: 'bypassPermissions', allow: ['Write'] }, sandbox: 'off' }),
    );
    await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('No.')]);
    const run = await stage.run([...scripted, 'write a']);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('a repository may restrict, not grant');
  });
});

describe('tool calls and commands', () => {
  it('tells the model what is wrong with its arguments, and goes on', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    await stage.serve([
      calls('read', '{"path": '),
      calls('read', { file: 'a.txt' }),
      calls('raed', { path: 'a.txt' }),
      calls('read', '"a.txt"'),
      calls('read', { path: 'a.txt' }),
      says('One.'),
    ]);
    const run = await stage.run([...streamed, 'what is in a?']);
    const outputs = toolOutputs(run.stdout);
    expect(run.code).toBe(0);
    expect(outputs[0]).toMatch(/JSON/);
    expect(outputs[1]).toContain('path');
    expect(outputs[2]).toContain('read');
    expect(outputs[3]).toMatch(/object/i);
    expect(outputs[4]).toContain('one');
  });

  it('ends a command that never ends, with all its children', async () => {
    const stage = createStage();
    stage.settings({ limits: { commandTimeoutSeconds: 0.5 } });
    await stage.serve([calls('bash', { command: 'sleep 4321 & (sleep 4321 &) ; sleep 4321' }), says('It hangs.')]);
    const run = await stage.run([...streamed, '--yolo', 'run it']);
    expect(run.durationMs).toBeLessThan(8000);
    expect(toolOutputs(run.stdout)[0]).toMatch(/time|0\.5 s|ended/i);
    expect(sleepers()).toBe(0);
  });

  it('returns at once when a command leaves a child behind that holds its output', async () => {
    const stage = createStage();
    await stage.serve([calls('bash', { command: 'sleep 4322 & echo begun' }), says('Begun.')]);
    const run = await stage.run([...streamed, '--yolo', 'run it']);
    expect(run.durationMs).toBeLessThan(8000);
    expect(toolOutputs(run.stdout)[0]).toContain('begun');
  });

  it('bounds what a command prints without end', async () => {
    const stage = createStage();
    stage.settings({ limits: { commandTimeoutSeconds: 1 } });
    await stage.serve([
      calls('bash', { command: 'yes "a long line that is printed without end"' }),
      says('It floods.'),
    ]);
    const run = await stage.run([...streamed, '--yolo', 'run it']);
    expect(toolOutputs(run.stdout)[0]?.length).toBeLessThan(70_000);
    expect(run.durationMs).toBeLessThan(10_000);
  });

  it('gives a command no terminal and no input to wait for', async () => {
    const stage = createStage();
    await stage.serve([calls('bash', { command: 'cat; read x; echo "end:$x"' }), says('Done.')]);
    const run = await stage.run([...streamed, '--yolo', 'run it'], { input: 'open' });
    expect(toolOutputs(run.stdout)[0]).toContain('end:');
  });

  it('stops a model that repeats the same call for ever', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    const same = calls('read', { path: 'a.txt' });
    await stage.serve(Array.from({ length: 40 }, () => same));
    const run = await stage.run([...scripted, 'what is in a?']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('again and again');
  });

  it('shows no secret to commands, and writes none into its state', async () => {
    const stage = createStage();
    const secret = 'sk-secret-4d1f0a';
    stage.env['OPENAI_API_KEY'] = secret;
    stage.env['ANTHROPIC_API_KEY'] = secret;
    stage.env['GITHUB_TOKEN'] = secret;
    await stage.serve([
      calls('bash', { command: 'env; cat /proc/$PPID/environ 2>/dev/null | tr "\\0" "\\n"' }),
      says('Done.'),
    ]);
    const run = await stage.run([...streamed, '--yolo', 'show the environment']);
    expect(toolOutputs(run.stdout)[0]).toContain('PATH=');
    expect(run.stdout + run.stderr).not.toContain(secret);
    const found = execFileSync('sh', ['-c', `grep -rl ${secret} ${stage.home} || true`], { encoding: 'utf8' });
    expect(found).toBe('');
  });
});

function commitAllWithLink(stage: Stage): void {
  mkdirSync(join(stage.folder, 'elsewhere'));
  execFileSync('ln', ['-s', join(stage.folder, 'elsewhere'), join(stage.project, 'link')]);
  commitAll(stage);
}

function sleepers(): number {
  const list = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return list.split('\n').filter((line) => /^sleep 432[1]/.test(line)).length;
}
