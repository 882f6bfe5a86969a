// Sessions: gone on with, copied, looked after; interrupted and killed runs that lose nothing.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
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

function sessionFile(stage: Stage): string {
  const folder = join(stage.home, 'state', 'sessions');
  const name = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) => file.endsWith('.jsonl'));
  return join(folder, name ?? 'none');
}

const sessionsOf = async (stage: Stage): Promise<{ id: string; title: string; status: string; runs: number }[]> =>
  JSON.parse((await stage.run(['sessions', 'list', '--json'])).stdout) as never;

describe('going on', () => {
  it('still knows the prompt of a run that was killed before it was written down', async () => {
    const stage = createStage();
    const server = await stage.serve([says('One.')]);
    await stage.run([...scripted, '-p', 'what is one?']);
    const file = sessionFile(stage);
    const lines = readFileSync(file, 'utf8').split('\n');
    const cut = lines.findIndex((line) => line.includes('"type":"message.added"'));
    expect(cut).toBeGreaterThan(0);
    writeFileSync(file, `${lines.slice(0, cut).join('\n')}\n`);
    const run = await stage.run([...scripted, '-p', '--continue']);
    expect(run).toMatchObject({ code: 0, stdout: 'One.\n' });
    expect(JSON.stringify(server.log.at(-1)?.request.messages)).toContain('what is one?');
  });

  it('sends the same head and the whole history again, with the new prompt behind it', async () => {
    const stage = createStage();
    const server = await stage.serve([says('First.'), says('Second.')]);
    await stage.run([...scripted, '-p', 'what is one?']);
    const run = await stage.run(['-p', '--continue', 'and what is two?']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toBe('Second.\n');
    const [first, second] = server.log.map(
      (request) => JSON.parse(request.body) as { messages: unknown[]; tools: unknown },
    );
    expect(JSON.stringify(second?.tools)).toBe(JSON.stringify(first?.tools));
    expect(JSON.stringify(second?.messages.slice(0, first?.messages.length))).toBe(JSON.stringify(first?.messages));
    expect(await sessionsOf(stage)).toHaveLength(1);
  });

  it('resumes by id, forks into a copy, and leaves the original alone', async () => {
    const stage = createStage();
    await stage.serve([says('First.'), says('Second.')]);
    await stage.run([...scripted, '-p', 'what is one?']);
    const [original] = await sessionsOf(stage);
    const before = readFileSync(sessionFile(stage), 'utf8');
    const fork = await stage.run([
      ...scripted,
      '--output-format',
      'json',
      '--resume',
      original?.id ?? '',
      '--fork-session',
      'what is two?',
    ]);
    expect(fork.code, fork.stdout).toBe(0);
    const { session_id: id } = JSON.parse(fork.stdout) as { session_id: string };
    expect(id).not.toBe(original?.id);
    expect(readFileSync(join(sessionFile(stage), '..', `${original?.id}.jsonl`), 'utf8')).toBe(before);
    const stats = JSON.parse((await stage.run(['stats', '--json'])).stdout) as { total: { calls: number } };
    expect(stats.total.calls).toBe(2);
  });

  it('names what is missing', async () => {
    const stage = createStage();
    const none = await stage.run([...scripted, '--continue']);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('no session');
    expect((await stage.run([...scripted, '--resume', 'ses_nope', 'x y'])).code).toBe(2);
    await stage.serve([says('First.')]);
    await stage.run([...scripted, '-p', 'why?']);
    const finished = await stage.run([...scripted, '--continue']);
    expect(finished.code).toBe(2);
    expect(finished.stderr).toContain('finished');
  });

  it('goes on only in the folder of the session', async () => {
    const stage = createStage();
    await stage.serve([says('First.'), says('Second.')]);
    await stage.run([...scripted, '-p', 'why?']);
    const [session] = await sessionsOf(stage);
    const elsewhere = await stage.run([...scripted, '-p', '-r', session?.id ?? '', 'and?'], { cwd: stage.folder });
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stderr).toContain(`--cwd ${stage.project}`);
    const there = await stage.run([...scripted, '-p', '-C', stage.project, '-r', session?.id ?? '', 'and?'], {
      cwd: stage.folder,
    });
    expect(there.code, there.stderr).toBe(0);
  });

  it('keeps nothing of an ephemeral run', async () => {
    const stage = createStage();
    await stage.serve([says('First.')]);
    expect((await stage.run([...scripted, '--ephemeral', '-p', 'why?'])).code).toBe(0);
    expect(stage.sessionLogs()).toBe('');
  });
});

describe('interrupted and killed', () => {
  const slow = [...fixesSum('a + b'), { delayMs: 15_000, reply: { text: 'late' } }];

  it('Ctrl-C once ends with 130 and everything recorded; --continue goes on without paying again', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const server = await stage.serve([...fixesSum('a + b'), { delayMs: 3000, times: 1, reply: { text: 'Fixed.' } }]);
    const running = stage.start([...scripted, ...acceptEdits, 'fix the sum']);
    await running.seen('+export const add');
    running.send('SIGINT');
    const run = await running.ended;
    expect(run.code).toBe(130);
    expect(run.stdout).toContain('interrupted');
    expect(run.stderr).toContain('everything so far is recorded');
    expect(run.durationMs).toBeLessThan(5000);
    const askedBefore = server.log.length;
    const more = await stage.run([...scripted, ...acceptEdits, '--continue'], {});
    expect(more.code, more.stdout + more.stderr).toBe(0);
    expect(server.log.length - askedBefore).toBe(1);
    expect(more.stdout).toContain('verified');
  });

  it('Ctrl-C twice leaves at once', async () => {
    const stage = createStage();
    stage.write(
      'stubborn.js',
      "process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); setTimeout(() => {}, 43210);",
    );
    await stage.serve([calls('bash', { command: 'node stubborn.js' }), says('Done.')]);
    const running = stage.start([...scripted, '--yolo', 'run it']);
    await running.seen('node stubborn.js');
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.send('SIGINT');
    await running.seen('stopping');
    running.send('SIGINT');
    const run = await running.ended;
    expect(run.code).toBe(130);
    expect(run.durationMs).toBeLessThan(4000);
  });

  it('Ctrl-C while the checks run ends with 130; --continue checks again without asking the model', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const server = await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const slowCheck = 'test -e go || sleep 20';
    const running = stage.start([...scripted, ...acceptEdits, '--check', slowCheck, 'fix the sum']);
    await running.seen('check (custom)');
    running.send('SIGINT');
    const run = await running.ended;
    expect(run.code).toBe(130);
    expect(run.durationMs).toBeLessThan(6000);
    stage.write('go', '');
    const more = await stage.run([...scripted, ...acceptEdits, '--continue']);
    expect(more.code, more.stdout + more.stderr).toBe(0);
    expect(more.stdout).toContain(`${slowCheck}, npm test passed`);
    expect(server.log).toHaveLength(3);
  });

  it('Ctrl-C while it waits to try again ends with 130', async () => {
    const stage = createStage();
    await stage.serve([{ error: { status: 429, retryAfter: 30 } }]);
    const running = stage.start([...scripted, 'why?']);
    await running.seen('trying again in');
    running.send('SIGINT');
    const run = await running.ended;
    expect(run.code).toBe(130);
    expect(run.durationMs).toBeLessThan(4000);
  });

  it('SIGTERM ends with 143 and a result line', async () => {
    const stage = createStage();
    await stage.serve([{ delayMs: 15_000, reply: { text: 'late' } }]);
    const running = stage.start([...scripted, '--output-format', 'stream-json', 'why?']);
    await running.seen('"model.started"');
    running.send('SIGTERM');
    const run = await running.ended;
    expect(run.code).toBe(143);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ type: 'result', exit_code: 143, status: 'interrupted' });
  });

  it('kill -9 while the model answers: --continue repeats neither edit nor call', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const server = await stage.serve(slow);
    const running = stage.start([...scripted, ...acceptEdits, '--output-format', 'stream-json', 'fix the sum']);
    await running.seen('"turn":3');
    running.send('SIGKILL');
    expect((await running.ended).signal).toBe('SIGKILL');
    expect(stage.read('src/sum.js')).toContain('a + b');
    const calm = await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    // No flags: model, permissions and budget are those of the run.
    const more = await stage.run(['--continue']);
    expect(more.code, more.stdout + more.stderr).toBe(0);
    expect(more.stdout).toContain('going on where the last run stopped');
    expect(calm.log.map((request) => request.turn)).toEqual([2]);
    expect(server.log.slice(0, 2).map((request) => request.turn)).toEqual([0, 1]);
    expect((await stage.run(['undo'])).code).toBe(0);
    expect(stage.git('status', '--short')).toBe('');
  });

  it('takes no permissions from an imported session', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve(fixesSum('a + b'));
    await stage.run([...scripted, '--yolo', '--max-turns', '1', 'fix the sum']);
    const exported = join(stage.folder, 'exported.jsonl');
    const id = /ses_\w+/.exec(stage.sessionLogs())?.[0] ?? '';
    expect((await stage.run(['sessions', 'export', id, exported])).code).toBe(0);
    expect((await stage.run(['sessions', 'delete', id])).code).toBe(0);
    expect((await stage.run(['sessions', 'import', exported])).code).toBe(0);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const more = await stage.run(['-p', '--continue']);
    expect(more.code, more.stdout + more.stderr).toBe(3);
    expect(stage.read('src/sum.js')).toContain('a - b');
  });

  it('runs no check that an imported session brings along', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const server = await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const bait = join(stage.project, 'bait');
    await stage.run([...scripted, ...acceptEdits, '--check', `touch ${bait}`, '--max-turns', '2', 'fix the sum']);
    const exported = join(stage.folder, 'exported.jsonl');
    const id = /ses_\w+/.exec(stage.sessionLogs())?.[0] ?? '';
    for (const args of [
      ['export', id, exported],
      ['delete', id],
      ['import', exported],
    ]) {
      expect((await stage.run(['sessions', ...args])).code).toBe(0);
    }
    const more = await stage.run([...acceptEdits, '--continue']);
    expect(more.code, more.stdout + more.stderr).toBe(0);
    expect(server.log).toHaveLength(3);
    expect(existsSync(bait)).toBe(false);
  });

  it('kill -9 while a command runs: its outcome is looked at, it is not run again', async () => {
    const stage = createStage();
    stage.write('log.txt', '');
    await stage.serve([calls('bash', { command: 'echo ran >> log.txt; sleep 5' }), says('It may have run.')]);
    const running = stage.start([...scripted, '--yolo', 'run it']);
    await running.seen('sleep 5');
    await new Promise((resolve) => setTimeout(resolve, 700));
    running.send('SIGKILL');
    await running.ended;
    const server = await stage.serve([
      calls('bash', { command: 'echo ran >> log.txt; sleep 5' }),
      says('It may have run.'),
    ]);
    const more = await stage.run([...scripted, '--yolo', '--continue']);
    expect([0, 8], more.stdout).toContain(more.code);
    expect(stage.read('log.txt')).toBe('ran\n');
    expect(JSON.stringify(server.log[0]?.request.messages.at(-1))).toMatch(/log\.txt/);
  });

  it('goes on from a session file that was cut in the middle of a line', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    await stage.run([...scripted, ...acceptEdits, '--max-turns', '2', 'fix the sum']);
    const path = sessionFile(stage);
    const text = readFileSync(path, 'utf8');
    truncateSync(path, Buffer.byteLength(text) - 300);
    const run = await stage.run([...scripted, ...acceptEdits, '--continue']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(readdirSync(join(path, '..')).some((name) => name.includes('.cut-'))).toBe(true);
  });

  it('passes over lines that are no events, and says so', async () => {
    const stage = createStage();
    await stage.serve([says('First.'), says('Second.')]);
    await stage.run([...scripted, '-p', 'why?']);
    appendFileSync(sessionFile(stage), 'not json\n{"seq":1}\n');
    const run = await stage.run([...scripted, '-p', '--continue', 'and why that?']);
    expect(run.code, run.stderr).toBe(0);
  });

  it('refuses a session of a newer format with 52', async () => {
    const stage = createStage();
    await stage.serve([says('First.')]);
    await stage.run([...scripted, '-p', 'why?']);
    const path = sessionFile(stage);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"logVersion":1', '"logVersion":99'));
    const [id] = path.split('/').at(-1)?.split('.') ?? [];
    const run = await stage.run([...scripted, '-p', '--resume', id ?? '', 'and?']);
    expect(run.code).toBe(52);
    expect(run.stderr).toContain('update monkey');
  });
});

describe('two processes on one checkout', () => {
  it('tells the second, which can take a worktree', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    commitAll(stage);
    await stage.serve([{ ...calls('write', { path: 'b.txt', content: 'new\n' }), delayMs: 2500 }, says('Written.')]);
    const first = stage.start([...scripted, ...acceptEdits, 'write b']);
    await first.seen('quote');
    const second = await stage.run([...scripted, ...acceptEdits, '--output-format', 'json', 'write b']);
    expect(second.code).toBe(1);
    expect(JSON.parse(second.stdout)).toMatchObject({ error_code: 'workspace.in-use' });
    const third = await stage.run([...scripted, ...acceptEdits, '--worktree', 'side', '-p', 'write b']);
    expect(third.code, third.stderr).toBe(8);
    expect(third.stderr).toContain('monkey/side');
    expect((await first.ended).code).toBe(8);
    expect(stage.git('status', '--short')).toBe('?? b.txt\n');
    expect(existsSync(join(stage.home, 'data', 'worktrees'))).toBe(true);
  });
});

describe('undo and diff beside a run', () => {
  it('do not disturb the step that is at work', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    commitAll(stage);
    await stage.serve([calls('bash', { command: 'echo two > a.txt; sleep 2; echo three > b.txt' }), says('Done.')]);
    const running = stage.start([...scripted, '--yolo', 'run it']);
    await running.seen('sleep 2');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const undo = await stage.run(['undo']);
    expect(undo.code).toBe(1);
    expect(undo.stderr).toContain('another monkey');
    expect((await stage.run(['diff'])).code).toBe(0);
    await stage.run([...scripted, '--permission-mode', 'plan', '--max-turns', '1', '-p', 'why?']);
    expect((await running.ended).code).toBe(8);
    expect((await stage.run(['undo'])).code).toBe(0);
    expect(stage.git('status', '--short')).toBe('');
  });
});

describe('looking after sessions', () => {
  it('lists, shows, searches, renames, exports, imports and deletes', async () => {
    const stage = createStage();
    await stage.serve([says('Because of the weather.')]);
    await stage.run([...scripted, '-p', 'why is it so?']);
    const [session] = await sessionsOf(stage);
    const id = session?.id ?? '';
    expect(session).toMatchObject({ title: 'why is it so?', status: 'answered', runs: 1 });
    const show = await stage.run(['sessions', 'show', id]);
    expect(show.stdout).toContain('Because of the weather.');
    expect(show.stdout).toContain('answered');
    expect((await stage.run(['sessions', 'search', 'WEATHER'])).stdout).toContain(id);
    expect((await stage.run(['sessions', 'search', 'nowhere'])).stdout).toContain('nothing');
    expect((await stage.run(['sessions', 'rename', id, 'The', 'weather'])).code).toBe(0);
    expect((await sessionsOf(stage))[0]?.title).toBe('The weather');
    const markdown = await stage.run(['sessions', 'export', id, '--format', 'markdown']);
    expect(markdown.stdout).toContain('# Session');
    expect((await stage.run(['sessions', 'export', id, 'out.jsonl'])).code).toBe(0);
    expect((await stage.run(['sessions', 'delete', id])).code).toBe(0);
    expect(await sessionsOf(stage)).toEqual([]);
    const imported = await stage.run(['sessions', 'import', 'out.jsonl']);
    expect(imported.code, imported.stderr).toBe(0);
    expect((await sessionsOf(stage))[0]).toMatchObject({ title: 'The weather', status: 'answered' });
  });

  it.each([
    [['sessions', 'show', 'ses_nope'], 2],
    [['sessions', 'show'], 2],
    [['sessions', 'delete', '../../x'], 2],
    [['sessions', 'import', 'no-such-file'], 1],
    [['sessions', 'import', 'junk.txt'], 1],
    [['sessions', 'rename', 'ses_nope'], 2],
    [['sessions', 'search'], 2],
  ])('%j ends with %i and one clear line', async (args, code) => {
    const stage = createStage();
    stage.write('junk.txt', 'junk\n');
    const run = await stage.run(args);
    expect(run.code, run.stderr).toBe(code);
    expect(run.stderr).toMatch(/^monkey: .+\n +\S.+\n$/);
    expect(run.stderr).not.toContain('unexpected');
  });

  it('does not delete a session that is at work', async () => {
    const stage = createStage();
    await stage.serve([{ delayMs: 1500, reply: { text: 'Because.' } }]);
    const running = stage.start([...scripted, '--output-format', 'stream-json', 'why?']);
    await running.seen('"model.started"');
    const [session] = await sessionsOf(stage);
    const run = await stage.run(['sessions', 'delete', session?.id ?? '']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('another process');
    expect((await running.ended).code).toBe(0);
  });

  it('rebuilds a lost or broken index', async () => {
    const stage = createStage();
    await stage.serve([says('Because.')]);
    await stage.run([...scripted, '-p', 'why?']);
    const before = await sessionsOf(stage);
    const index = join(sessionFile(stage), '..', 'index.json');
    writeFileSync(index, '{"version":1,"entries":null}');
    expect(await sessionsOf(stage)).toEqual(before);
    mkdirSync(join(stage.home, 'state', 'sessions', 'stray'), { recursive: true });
    expect(await sessionsOf(stage)).toEqual(before);
  });
});

describe('going back', () => {
  it('rewinds files and conversation together or apart, and leaves the session whole', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    commitAll(stage);
    await stage.serve([
      calls('edit', { path: 'a.txt', old_string: 'one', new_string: 'two' }),
      says('Made it two.'),
      calls('edit', { path: 'a.txt', old_string: 'two', new_string: 'three' }),
      says('Made it three.'),
    ]);
    const edit = [...scripted, ...acceptEdits, '-p'];
    await stage.run([...edit, 'make it two']);
    await stage.run(['-p', ...acceptEdits, '--continue', 'make it three']);
    expect(stage.read('a.txt')).toBe('three\n');
    const points = await stage.run(['rewind']);
    expect(points.stdout).toMatch(/1 .*1 file changed since {2}make it two\n *2 .*make it three/);
    const [session] = JSON.parse((await stage.run(['sessions', 'list', '--json'])).stdout) as { id: string }[];
    const id = session?.id ?? '';
    expect((await stage.run(['rewind', id, '2', '--preview'])).code).toBe(0);
    expect(stage.read('a.txt')).toBe('three\n');
    const back = JSON.parse((await stage.run(['rewind', id, '2', '--json'])).stdout) as { session: string };
    expect(stage.read('a.txt')).toBe('two\n');
    const copy = await stage.run(['sessions', 'show', back.session]);
    expect(copy.stdout).toContain('make it two');
    expect(copy.stdout).not.toContain('make it three');
    expect((await stage.run(['sessions', 'show', id])).stdout).toContain('make it three');
    expect((await stage.run(['rewind', id, '1', '--only', 'files'])).code).toBe(0);
    expect(stage.read('a.txt')).toBe('one\n');
    expect((await stage.run(['rewind', id, '9'])).code).toBe(2);
  });

  it('goes on with a transcript of another agent, and writes ATIF', async () => {
    const stage = createStage();
    const server = await stage.serve([says('never'), says('It was about a bug.')]);
    const said = (type: string, content: unknown): string =>
      JSON.stringify({ type, cwd: '/elsewhere', message: { role: type, id: 'm', model: 'x', content } });
    stage.write(
      'claude.jsonl',
      `${said('user', 'Fix the bug')}\n${said('assistant', [{ type: 'text', text: 'Fixed.' }])}\n`,
    );
    const imported = await stage.run(['sessions', 'import', 'claude.jsonl']);
    expect(imported.stdout).toContain('imported from claude-code');
    const id = /--resume (\S+)/.exec(imported.stdout)?.[1] ?? '';
    const run = await stage.run([...scripted, '-p', '--resume', id, 'what was it about?']);
    expect(run.stdout, run.stderr).toContain('It was about a bug.');
    expect(server.log.at(-1)?.body).toContain('Fixed.');
    const atif = await stage.run(['sessions', 'export', id, '--format', 'atif']);
    expect((JSON.parse(atif.stdout) as { steps: unknown[] }).steps.length).toBeGreaterThan(3);
  });
});
