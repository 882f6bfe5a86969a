// A person in the interactive terminal, the real binary inside of tmux: ask, steer, allow and refuse, interrupt, paste, go on, leave, and be killed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScenarioTurn } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './support/monkey.ts';
import { calls, createStage, fixesSum, jsonLines, says, scripted, useFailingProject } from './support/stage.ts';
import { hasTmux, sitAtTmux } from './support/tmux.ts';

const mcpServer = join(repositoryRoot, 'test', 'support', 'mcp-server.mjs');
/** Rows with their words, without the rule above the editor, which is as wide as the terminal. */
const rowsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '' && !row.startsWith('──'));
const ready = 'say what to do';

describe.skipIf(!hasTmux)('a person in the interactive terminal (needs tmux)', () => {
  it('asks, sees the change before it allows it, and the evidence at the end', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixesSum('a + b'), says('**Fixed** the sum.')]);
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.types('fix the sum');
    seat.presses('Enter');
    const asked = await seat.sees('yes, this once');
    expect(asked).toContain('allow edit?');
    expect(asked).toMatch(/1 - .*a - b/);
    expect(asked).toMatch(/1 \+ .*a \+ b/);
    expect(asked).toContain('Edit(src/**)');
    expect(stage.read('src/sum.js')).toContain('a - b');
    seat.types('y');
    await seat.sees('allow check?');
    seat.types('y');
    await seat.sees('✓ verified');
    const all = seat.everything();
    expect(all).toContain('› fix the sum');
    expect(all).toContain('↳ allowed once: edit src/sum.js');
    expect(all).toContain('Fixed the sum.');
    seat.presses('C-d');
    await seat.sees('left with 0');
    expect(seat.everything()).toMatch(/monkey --resume ses_\w+\s+left with 0/);
    expect(stage.read('src/sum.js')).toContain('a + b');
  });

  it('refuses in words that reach the model, allows for the session, and tells the two apart', async () => {
    const stage = createStage();
    const server = await stage.serve([
      calls('write', { path: 'docs/a.txt', content: 'x' }),
      calls('write', { path: 'docs/b.txt', content: 'x' }),
      calls('write', { path: 'docs/c.txt', content: 'x' }),
      says('Written.'),
    ]);
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.types('write them');
    seat.presses('Enter');
    await seat.sees('docs/a.txt');
    seat.types('n');
    await seat.sees('what to do instead');
    seat.types('only b and c');
    seat.presses('Enter');
    await seat.sees('docs/b.txt');
    seat.types('a');
    await seat.sees(/[✓?] (unverified|answered|verified|nothing-done)/);
    const all = seat.everything();
    expect(all).toContain('⊘ you said no: write docs/a.txt');
    expect(all).toContain('allowed for this session');
    expect(JSON.stringify(server.log[1]?.request.messages.at(-1))).toContain('only b and c');
    expect(stage.read('docs/c.txt')).toBe('x');
  });

  it('steers while it works: queued until it is taken', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    const server = await stage.serve([
      { ...calls('read', { path: 'a.txt' }, 'I look into it word by word.'), tokensPerSecond: 5 },
      says('One, briefly.'),
    ]);
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.types('what is in a?');
    seat.presses('Enter');
    await seat.sees('I look');
    seat.types('be brief');
    seat.presses('Enter');
    await seat.sees('» queued: be brief');
    await seat.sees('told the model: be brief');
    const shown = await seat.sees('✓ answered');
    expect(shown).not.toContain('queued');
    expect(JSON.stringify(server.log[1]?.request.messages.at(-1))).toContain('be brief');
  });

  it('takes what came too late to steer as the next prompt', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    const turns = [calls('write', { path: 'b.txt', content: 'x' }), says('Written.'), says('Late, but heard.')];
    const server = await stage.serve(turns, { mode: 'sequence' });
    const args = [
      ...scripted,
      '--permission-mode',
      'acceptEdits',
      '--allowed-tools',
      'Bash(sleep:*)',
      '--check',
      'sleep 2',
    ];
    const seat = sitAtTmux(stage, args);
    await seat.sees(ready);
    seat.types('write b');
    seat.presses('Enter');
    await seat.sees(/● check sleep 2/);
    seat.types('and one more thing');
    seat.presses('Enter');
    await seat.sees('Late, but heard.');
    expect(seat.everything()).toContain('› and one more thing');
    expect(JSON.stringify(server.log[2]?.request.messages.at(-1))).toContain('and one more thing');
  });

  it('interrupts with Escape, goes on with the next prompt, and leaves with Ctrl-C twice', async () => {
    const stage = createStage();
    const turns = [{ tokensPerSecond: 20, reply: { text: 'word '.repeat(300) } }, says('Here again.')];
    await stage.serve(turns, { mode: 'sequence' });
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.types('why?');
    seat.presses('Enter');
    await seat.sees('word word');
    seat.presses('Escape');
    await seat.sees('■ interrupted');
    seat.types('again');
    seat.presses('Enter');
    await seat.sees('Here again.');
    await seat.sees('· 1 call');
    seat.presses('C-c');
    await seat.sees('Ctrl-C again leaves');
    seat.presses('C-c');
    await seat.sees(/left with \d/);
  });

  it('takes a paste of 10,000 lines as one mark and sends it whole', async () => {
    const stage = createStage();
    const server = await stage.serve([says('Read.')]);
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.pastes(Array.from({ length: 10_000 }, (_, index) => `pasted line ${index}`).join('\n'));
    await seat.sees('[paste #1: 10000 lines]');
    seat.types(' what is it?');
    seat.presses('Enter');
    await seat.sees('✓ answered');
    const sent = JSON.stringify(server.log[0]?.request.messages);
    expect(sent).toContain('pasted line 0\\n');
    expect(sent).toContain('pasted line 9999 what is it?');
  });

  it('goes on with an old session, and finds what was asked before', async () => {
    const stage = createStage();
    await stage.serve([says('Because.'), says('Since then.')]);
    await stage.run([...scripted, '-p', 'why is it so?']);
    const seat = sitAtTmux(stage, [...scripted, '--continue']);
    await seat.sees('Because.');
    seat.types('since when?');
    seat.presses('Enter');
    await seat.sees('Since then.');
    await seat.sees('✓ answered');
    seat.presses('Up');
    await seat.sees(/› since when\?\s+ask/);
  });

  it('undoes, redoes, makes room, rewinds conversation and files, and finds other sessions', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const [, edit] = fixesSum('a + b');
    const turns = [edit, says('Changed.'), says('Room enough.'), says('Again.')].flatMap((turn) => turn ?? []);
    const server = await stage.serve(turns, { mode: 'sequence' });
    const seat = sitAtTmux(stage, [
      ...scripted,
      '--permission-mode',
      'acceptEdits',
      '--allowed-tools',
      'Bash(npm test:*)',
    ]);
    const enters = (text: string): void => {
      seat.types(text);
      seat.presses('Enter');
    };
    await seat.sees(ready);
    enters('fix the sum');
    await seat.sees('✓ verified');
    enters('/undo');
    await seat.sees('/redo brings it back');
    expect(stage.read('src/sum.js')).toContain('a - b');
    enters('/redo');
    await seat.sees('/undo takes it back again');
    expect(stage.read('src/sum.js')).toContain('a + b');
    enters('/compact');
    await seat.sees('Room is made before the next request');
    enters('what is there to see?');
    await seat.sees('Room enough.');
    await seat.sees('· 1 call');
    enters('/rewind');
    await seat.sees('Back to before which request?');
    seat.types('fix');
    await seat.sees(/❯ fix the sum +1 file changed since/);
    seat.presses('Enter');
    await seat.sees('What goes back?');
    seat.presses('Enter');
    await seat.sees('went back to before: fix the sum');
    await seat.sees('› fix the sum');
    expect(stage.read('src/sum.js')).toContain('a - b');
    seat.presses('C-u');
    enters('/rename of another kind');
    await seat.sees('This session is called of another kind.');
    enters('and now?');
    await seat.sees('Again.');
    expect(JSON.stringify(server.log.at(-1)?.request.messages)).not.toContain('fix the sum');
    enters('/resume');
    await seat.sees('of another kind');
    const shown = await seat.sees(/❯ .*\n +.*fix the sum|fix the sum.*verified|fix the sum.*answered/);
    expect(shown).toContain('Which session?');
  });

  it('plans without touching a file, and the same run carries the plan out when it is told to', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const [, edit] = fixesSum('a + b');
    const turns = [edit, says('1. Change one sign.'), edit, says('Done.')].flatMap((turn) => turn ?? []);
    const server = await stage.serve(turns, { mode: 'sequence' });
    const seat = sitAtTmux(stage, [...scripted, '--permission-mode', 'plan', '--allowed-tools', 'Bash(npm test:*)']);
    await seat.sees(ready);
    seat.types('how would you fix the sum?');
    seat.presses('Enter');
    await seat.sees('The plan stands. Carry it out?');
    expect(seat.everything()).toContain('⊘ denied (mode): edit src/sum.js');
    expect(stage.read('src/sum.js')).toContain('a - b');
    seat.presses('Down', 'Down', 'Enter');
    await seat.sees('✓ verified');
    expect(seat.everything()).toContain('› Carry out the plan.');
    expect(stage.read('src/sum.js')).toContain('a + b');
    const log = jsonLines<{ type: string; permissionMode?: string }>(stage.sessionLogs());
    expect(log.filter(({ type }) => type === 'run.started')).toHaveLength(1);
    expect(log.find(({ type }) => type === 'mode.changed')?.permissionMode).toBe('acceptEdits');
    expect(JSON.stringify(server.log.at(-1))).toContain('Plan mode is over');
  });

  it('lists the prompts of MCP servers, completes and calls them, and fills in a form with fields of each kind', async () => {
    const stage = createStage();
    stage.settings({ mcpServers: { notes: { command: process.execPath, args: [mcpServer, 'form'] } } });
    const use = calls('use_tool', { name: 'mcp__notes__ask', arguments: {} });
    const server = await stage.serve([says('Summed up.'), use, says('Tea.')], { mode: 'sequence' });
    const seat = sitAtTmux(stage, [...scripted, '--allowed-tools', 'mcp__notes']);
    await seat.sees(ready);
    seat.types('/mcp');
    seat.presses('Enter');
    await seat.sees('mcp__notes__prompt_summarise');
    seat.types('/mcp__notes__su');
    await seat.sees('<file> [tone] Summarise a file');
    seat.presses('Tab');
    seat.types('"my notes.md" tone=merry');
    seat.presses('Enter');
    await seat.sees('Summed up.');
    expect(JSON.stringify(server.log.at(-1)?.request)).toContain('Summarise my notes.md, merry.');
    seat.types('/mcp__notes__summarise');
    seat.presses('Enter');
    await seat.sees('/mcp__notes__summarise needs file');
    seat.types('make tea');
    seat.presses('Enter');
    await seat.sees('Order a tea');
    seat.presses('Enter');
    await seat.sees(/kind.*type to narrow/);
    seat.presses('Down', 'Enter');
    await seat.sees('cups (how many): a whole number');
    seat.types('many');
    seat.presses('Enter');
    await seat.sees('that is not a whole number');
    seat.types('2');
    seat.presses('Enter');
    await seat.sees(/milk.*type to narrow/);
    seat.presses('Enter');
    await seat.sees('Tea.');
    const told = JSON.stringify(server.log.at(-1)?.request);
    expect(told).toContain('black');
    expect(told).toMatch(/cups\W+2\W+milk\W+true/);
    expect(told).not.toContain('api_token');
  });

  it('leaves plan mode at the next call when the person says so, unless somebody else works there', async () => {
    for (const isTaken of [false, true]) {
      const stage = createStage();
      stage.write('package.json', '{}');
      const look: ScenarioTurn = { ...calls('list', {}), delayMs: 2500 };
      await stage.serve([look, calls('write', { path: 'a.txt', content: 'x' }), says('Done.')], {
        mode: 'sequence',
        others: [{ when: 'take your time', turns: [{ delayMs: 20_000, reply: { text: '' } }] }],
      });
      const other = isTaken ? stage.start([...scripted, '-p', 'take your time']) : undefined;
      if (isTaken) await expect.poll(() => stage.sessionLogs()).toContain('run.started');
      const seat = sitAtTmux(stage, [...scripted, '--permission-mode', 'plan']);
      await seat.sees(ready);
      seat.types('plan it');
      seat.presses('Enter');
      await seat.sees('thinking');
      seat.types('/mode edits');
      seat.presses('Enter');
      if (isTaken) {
        await seat.sees('plan mode stays: another monkey');
        expect(() => stage.read('a.txt')).toThrow();
      } else await expect.poll(() => stage.sessionLogs(), { timeout: 10_000 }).toContain('run.finished');
      other?.send('SIGKILL');
      if (!isTaken) expect(stage.read('a.txt')).toBe('x');
    }
  });

  it('completes commands and files, and changes the mode', async () => {
    const stage = createStage();
    stage.write('src/unusual-name.ts', '');
    stage.write('src/unusual-\u001b[2Jevil.ts', '');
    await stage.serve([says('Yes.')]);
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.types('/the');
    await seat.sees('❯ /theme');
    seat.presses('C-u');
    seat.types('look at @unu');
    await seat.sees('❯ @src/unusual-name.ts');
    seat.presses('Tab');
    await seat.sees('› look at @src/unusual-name.ts');
    seat.presses('BTab');
    await seat.sees('accept edits');
    seat.presses('BTab');
    await seat.sees(/^ {2}plan/m);
  });

  it('keeps the scrollback whole over full screen, resizes and a long answer', async () => {
    const stage = createStage();
    const lines = Array.from({ length: 120 }, (_, index) => `- item number ${index}`).join('\n');
    await stage.serve([{ tokensPerSecond: 2000, reply: { text: `${lines}\n\nThe end.` } }]);
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.types('list them');
    seat.presses('Enter');
    await seat.sees('✓ answered');
    expect(seat.everything().match(/item number \d+/g)).toHaveLength(120);
    for (const mode of ['full', 'inline']) {
      seat.presses('C-s');
      await seat.settles(mode === 'full');
      seat.resize(100, 30);
      await seat.settles(mode === 'full');
      seat.resize(70, 20);
      await seat.settles(mode === 'full');
    }
    const items = seat.everything().match(/item number \d+/g) ?? [];
    expect(items).toEqual(Array.from({ length: 120 }, (_, index) => `item number ${index}`));
  });

  it('leaves no row of the full screen behind after the terminal became lower in it', async () => {
    const stage = createStage();
    await stage.serve([says('Yes.')]);
    const seat = sitAtTmux(stage, scripted, { columns: 106, rows: 28 });
    await seat.sees(ready);
    seat.types('/help');
    seat.presses('Enter');
    await seat.sees('scroll, in full screen');
    const before = rowsOf(seat.everything());
    seat.presses('C-s');
    await seat.settles(true);
    seat.resize(111, 27);
    await seat.settles(true);
    seat.presses('C-s');
    await seat.settles(false);
    expect(rowsOf(seat.everything())).toEqual(before);
  });

  it('needs two Ctrl-C in a row to leave: what is typed in between keeps it open; a wrong command is guessed', async () => {
    const stage = createStage();
    await stage.serve([says('Yes.')]);
    const seat = sitAtTmux(stage, scripted);
    await seat.sees(ready);
    seat.types('some words');
    seat.presses('C-c');
    await seat.sees('Ctrl-C again leaves');
    seat.types('x');
    seat.presses('C-c');
    seat.types('/exprot');
    seat.presses('Enter');
    await seat.sees('There is no /exprot (did you mean /export?)');
    seat.types('/resume');
    seat.presses('Enter');
    expect(await seat.sees('there is no other session of this folder yet')).not.toContain('monkey --help');
    seat.presses('C-c', 'C-c');
    await seat.sees('left with 0');
  });

  it.each(['SIGTERM', 'SIGHUP'])(
    'gives the terminal back after %s, with the run recorded as interrupted',
    async (signal) => {
      const stage = createStage();
      await stage.serve([{ tokensPerSecond: 20, reply: { text: 'word '.repeat(300) } }]);
      const seat = sitAtTmux(stage, scripted);
      await seat.sees(ready);
      seat.types('why?');
      seat.presses('Enter');
      await seat.sees('word word');
      process.kill(childOf(seat.pid()), signal);
      await seat.sees(/left with (143|129)/);
      seat.types('echo typed');
      await seat.sees('echo typed');
      expect(stage.sessionLogs()).toContain('"interrupted"');
    },
  );

  it('says in one line what to do when no model can be called', async () => {
    const stage = createStage();
    const seat = sitAtTmux(stage, []);
    await seat.sees('No model can be called yet');
    expect(seat.everything().replace(/\s+/g, ' ')).toContain('monkey login anthropic');
  });

  it('stays usable for what is typed while it streams', async () => {
    const stage = createStage();
    await stage.serve([{ tokensPerSecond: 200, reply: { text: 'word '.repeat(1500) } }]);
    const seat = sitAtTmux(stage, scripted, { columns: 200, rows: 50 });
    await seat.sees(ready);
    seat.types('talk');
    seat.presses('Enter');
    await seat.sees('word word');
    seat.types('typed meanwhile');
    await seat.sees('› typed meanwhile');
  });
});

/** The node process under the shell. */
function childOf(shell: number): number {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(join('/proc', entry, 'stat'), 'utf8');
      if (Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]) === shell) return Number(entry);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`no child of ${shell}`);
}
