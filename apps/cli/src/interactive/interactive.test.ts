// The parts of the interactive terminal by themselves: the prompt editor, history, completion, questions, what events look like.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GateAnswer } from '@monkey-coder/agents';
import type { Event, EventBody } from '@monkey-coder/protocol';
import { lexer } from 'marked';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KeyReader } from '../screen/keys.ts';
import { createTheme } from '../screen/theme.ts';
import { widthOf } from '../screen/width.ts';
import { Completion } from './completion.ts';
import { fullFrame, Scroll } from './full-frame.ts';
import { fuzzyMatches } from './fuzzy.ts';
import { History } from './history.ts';
import { asSlashCommands } from './inside.ts';
import { createKeyBindings } from './key-bindings.ts';
import { notification } from './notify.ts';
import { PermissionPanel } from './permission-panel.ts';
import { PromptEditor } from './prompt-editor.ts';
import { RunView } from './run-view.ts';
import { statusLine } from './status-line.ts';
import { type Drawing, Transcript } from './transcript.ts';

const plain = createTheme('dark', false);
const drawing: Drawing = { columns: 80, theme: plain, lexer: (text) => lexer(text), isExpanded: false };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'monkey-interactive-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function editor(): PromptEditor {
  const completion = new Completion({
    commands: () => ['/help', '/theme', '/todos'].map((text) => ({ text, detail: '' })),
    files: () => ['src/app.ts', 'src/area/apple.ts', 'README.md'],
  });
  return new PromptEditor(new History(folder(), '/project'), completion);
}

function press(to: { onKey(key: never): unknown }, bytes: string): void {
  const reader = new KeyReader();
  for (const input of [...reader.read(bytes), ...reader.flush()])
    if (input.kind === 'key') to.onKey(input.key as never);
}

describe('the prompt editor', () => {
  it('shows a long paste as a mark, removes it as one, and sends it whole', () => {
    const prompt = editor();
    const pasted = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    prompt.paste(pasted);
    press(prompt, ' why?');
    expect(prompt.buffer.text).toBe('[paste #1: 30 lines] why?');
    expect(prompt.fullText).toBe(`${pasted} why?`);
    press(prompt, '\u007f'.repeat(5));
    press(prompt, '\u007f');
    expect(prompt.buffer.text).toBe('');
  });

  it('takes escape sequences out of what is pasted', () => {
    const prompt = editor();
    prompt.paste('a\u001b[2Jb\u0007');
    expect(prompt.buffer.text).toBe('ab\\x07');
  });

  it('ends a line for a backslash before Enter', () => {
    const prompt = editor();
    press(prompt, 'one\\');
    expect(prompt.takeBackslash()).toBe(true);
    press(prompt, 'two');
    expect(prompt.take()).toBe('one\ntwo');
  });

  it('goes through what was asked before, and back to what was being written', () => {
    const prompt = editor();
    for (const text of ['first', 'second']) {
      press(prompt, text);
      prompt.take();
    }
    press(prompt, 'draft');
    press(prompt, '\u001b[A\u001b[A');
    expect(prompt.buffer.text).toBe('first');
    press(prompt, '\u001b[B\u001b[B');
    expect(prompt.buffer.text).toBe('draft');
  });

  it('completes files and commands', () => {
    const prompt = editor();
    press(prompt, 'see @app\t');
    expect(prompt.buffer.text).toBe('see @src/app.ts ');
    prompt.clear();
    press(prompt, '/t\u001b[B\t');
    expect(prompt.buffer.text).toBe('/todos ');
  });

  it('draws no row wider than the screen', () => {
    const prompt = editor();
    press(prompt, '日本語 and a very long text that goes on and on and on');
    for (const row of prompt.draw(20, 10, plain, '').rows) expect(widthOf(row)).toBeLessThanOrEqual(20);
  });
});

describe('history', () => {
  it('is kept for the next time, readable by its owner alone', () => {
    const state = folder();
    const first = new History(state, '/project');
    first.add('one\nmore');
    first.add('two');
    expect(new History(state, '/project').entries()).toEqual(['one\nmore', 'two']);
    expect(new History(state, '/other').entries()).toEqual([]);
    expect(new History(state, '/project').search('MORE')).toEqual(['one\nmore']);
    expect(statSync(join(state, 'history')).mode & 0o077).toBe(0);
  });
});

describe('matching', () => {
  it('prefers names to folders, and letters in a row to scattered ones', () => {
    const names = ['app/lib/zoo.ts', 'src/app.ts', 'src/a/p/p.ts', 'docs/none.md'];
    expect(fuzzyMatches(names, 'app', 10)).toEqual(['src/app.ts', 'app/lib/zoo.ts', 'src/a/p/p.ts']);
    expect(fuzzyMatches(names, '', 2)).toHaveLength(2);
  });
});

describe('a question', () => {
  const ask = (bytes: string, alwaysRule?: string): GateAnswer | undefined => {
    let answer: GateAnswer | undefined;
    const question = { callId: 'c', tool: 'bash', grants: ['run npm test'], reason: 'no rule' };
    const panel = new PermissionPanel({
      question: alwaysRule === undefined ? question : { ...question, alwaysRule },
      diff: '',
      waiting: () => 0,
      onAnswer: (given) => {
        answer = given;
      },
    });
    press(panel, bytes);
    return answer;
  };

  it.each([
    ['y', { kind: 'answered', scope: 'once' }],
    ['\r', { kind: 'answered', scope: 'once' }],
    ['a', { kind: 'answered', scope: 'session' }],
    ['2', { kind: 'answered', scope: 'session' }],
    ['n\r', { kind: 'denied' }],
    ['c', undefined],
    ['\u0003', undefined],
    ['nuse b\r', { kind: 'denied', message: 'use b' }],
    ['\u001b[A\r\r', { kind: 'denied' }],
    ['x', undefined],
    ['n', undefined],
  ])('%j is %j', (bytes, answer) => {
    expect(ask(bytes, 'Bash(npm test:*)')).toEqual(answer);
  });

  it('cannot be allowed for the session where no rule is offered', () => {
    expect(ask('a')).toBeUndefined();
    expect(ask('2\r')).toEqual({ kind: 'denied' });
  });

  it('shows what obeys no terminal', () => {
    const question = { callId: 'c', tool: 'bash', grants: ['run \u001b[2Jecho\u202e hi'], reason: 'r' };
    const panel = new PermissionPanel({ question, diff: '', waiting: () => 2, onAnswer: () => undefined });
    const text = panel.draw(80, 20, plain).rows.join('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).toContain('2 more questions');
  });
});

describe('what subcommands print', () => {
  it('names the commands of the conversation', () => {
    expect(asSlashCommands('monkey redo brings it back; monkey mcp auth x logs in')).toBe(
      '/redo brings it back; monkey mcp auth x logs in',
    );
    expect(asSlashCommands('\u001b[2mmonkey redo brings it back')).toBe('\u001b[2m/redo brings it back');
  });
});

describe('what events look like', () => {
  const event = (body: EventBody, parentCallId?: string): Event => ({
    seq: 1,
    time: 0,
    sessionId: 'ses_1',
    runId: 'run_1',
    ...(parentCallId === undefined ? {} : { parentCallId }),
    ...body,
  });
  const decided = (decision: 'allowed' | 'denied' | 'expired', by: 'person' | 'rule'): Event =>
    event({ type: 'permission.decided', callId: 'c', tool: 'bash', what: 'run x', decision, by, reason: 'why' });
  const show = (...events: readonly Event[]): string => {
    const transcript = new Transcript();
    const view = new RunView(transcript, false);
    for (const one of events) view.note(one);
    view.settle();
    return transcript.rows(drawing).join('\n');
  };

  it('tells allowed, refused by whom, and unanswered apart', () => {
    expect(show(decided('allowed', 'person'))).toContain('↳ allowed once: run x');
    expect(show(decided('denied', 'person'))).toContain('⊘ you said no: run x');
    expect(show(decided('denied', 'rule'))).toContain('⊘ denied (rule): run x why');
    expect(show(decided('expired', 'person'))).toContain('⊘ nobody answered: run x');
  });

  it('takes escape sequences out of what tools and models say', () => {
    const shown = show(
      event({ type: 'text.delta', callId: 'm', text: 'hi \u001b]52;c;AAAA\u0007there' }),
      event({
        type: 'tool.ended',
        callId: 't',
        name: 'bash',
        status: 'ok',
        output: '\u001b[31mred\u001b[0m\u001b[?1049h',
        exitCode: 0,
        durationMs: 5,
      }),
    );
    expect(shown).not.toContain('\u001b');
    expect(shown).toContain('hi there');
    expect(shown).toContain('red');
  });

  it('keeps the actions of a sub-agent under its call', () => {
    const tool = (callId: string, title: string, parent?: string): Event =>
      event({ type: 'tool.started', callId, name: 'read', arguments: '{}', title, effect: { kind: 'none' } }, parent);
    const end = {
      type: 'tool.ended',
      callId: 'd',
      name: 'delegate',
      status: 'ok',
      output: 'r',
      durationMs: 1,
    } as const;
    const shown = show(tool('d', 'delegate: look'), tool('i', 'read inner.ts', 'd'), event(end));
    expect(shown.split('\n')).toEqual(['  ✓ delegate: look  1 line', '    └ read inner.ts']);
  });
});

describe('the rest', () => {
  it('binds keys by settings, and says what is wrong with them', () => {
    const bindings = createKeyBindings({ 'ctrl-x': 'editor', 'ctrl-g': 'none', f5: 'nonsense' });
    expect(bindings.keysOf('editor')).toEqual(['ctrl-x']);
    expect(bindings.problems[0]).toContain('nonsense');
  });

  it('notifies without anything that a terminal would obey', () => {
    expect(notification('a\u001b[2J;b', 'auto', false)).toBe(
      '\u001b]9;a,b\u0007\u001b]777;notify;monkey;a,b\u0007\u0007',
    );
    expect(notification('a', 'auto', true)).toBe('\u0007');
    expect(notification('a', 'off', false)).toBe('');
  });

  it('leaves out of the status line what does not fit', () => {
    const facts = {
      model: 'anthropic/claude-x',
      contextTokens: 50_000,
      costMicroUsd: 1_234_000,
      isCostKnown: true,
      runCostMicroUsd: 1_000_000,
      capMicroUsd: 5_000_000,
      todos: [],
    };
    const status = {
      mode: 'auto',
      model: '',
      windowTokens: 200_000,
      cwd: '/home/me/shop',
      branch: 'main',
      vimMode: undefined,
      isFull: false,
    } as const;
    const wide = statusLine(facts, status, plain, 120);
    expect(wide).toContain('context ~25 %');
    expect(wide).toContain('$4.00 left');
    expect(wide).toContain('shop (main)');
    for (const columns of [20, 30, 40, 60, 80])
      expect(widthOf(statusLine(facts, status, plain, columns))).toBeLessThanOrEqual(columns);
  });

  it('keeps the window of the full screen where it was scrolled to while more comes', () => {
    const transcript = new Transcript();
    const add = (text: string): void => transcript.add({ isApart: false, draw: () => [text] });
    for (let row = 0; row < 30; row++) add(`row ${row}`);
    const scroll = new Scroll();
    const size = { columns: 80, rows: 10 };
    const first = (): string | undefined => fullFrame(transcript, { rows: ['live'] }, drawing, size, scroll).rows[0];
    expect(first()).toBe('row 21');
    scroll.by(-5);
    expect(first()).toBe('row 16');
    add('row 30');
    expect(first()).toBe('row 16');
    scroll.toEnd();
    expect(first()).toBe('row 22');
  });
});
