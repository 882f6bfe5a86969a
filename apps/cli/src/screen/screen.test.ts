// What a person sees of frames, in a real terminal emulator without a window.
import { describe, expect, it } from 'vitest';
import { Screen } from './screen.ts';
import { openVirtualTerminal, type VirtualTerminal } from './virtual-terminal.ts';

function open(columns = 30, rows = 8): { readonly terminal: VirtualTerminal; readonly screen: Screen } {
  const terminal = openVirtualTerminal(columns, rows);
  return { terminal, screen: new Screen((text) => terminal.write(text), { columns, rows }) };
}

/** The text without what moves, clears and switches. */
function written(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return bytes.replace(/\u001b\[[?\d;]*[A-Za-z]|[\r\n]/g, '');
}

describe('the screen, inline', () => {
  it('prints what is finished above a region that stays at the end', async () => {
    const { terminal, screen } = open();
    screen.show({ rows: ['> hello', 'status'], cursor: { row: 0, column: 7 } });
    screen.show({ rows: ['> ', 'status'], cursor: { row: 0, column: 2 } }, ['said hello', 'done']);
    expect(await terminal.screen()).toEqual(['said hello', 'done', '>', 'status']);
    expect(await terminal.cursor()).toEqual({ row: 2, column: 2 });
  });

  it('keeps the scrollback whole and in order when more is printed than fits', async () => {
    const { terminal, screen } = open(30, 6);
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    terminal.write('before\r\n');
    for (let at = 0; at < lines.length; at += 7)
      screen.show({ rows: ['live one', 'live two'], cursor: { row: 1, column: 0 } }, lines.slice(at, at + 7));
    expect(await terminal.everything()).toEqual(['before', ...lines, 'live one', 'live two']);
  });

  it('writes only the rows that changed', () => {
    const { terminal, screen } = open();
    const rows = ['first row', 'second row', 'third row', 'status row'];
    screen.show({ rows, cursor: { row: 0, column: 0 } });
    terminal.takeBytes();
    screen.show({ rows: rows.with(1, 'second changed'), cursor: { row: 0, column: 0 } });
    expect(written(terminal.takeBytes())).toBe('second changed');
    screen.show({ rows: rows.with(1, 'second changed'), cursor: { row: 0, column: 0 } });
    expect(terminal.takeBytes()).toBe('');
  });

  it('does not write again a row that moves from the region to what is finished', async () => {
    const { terminal, screen } = open();
    screen.show({ rows: ['an answer', '> ', 'status'], cursor: { row: 1, column: 2 } });
    terminal.takeBytes();
    screen.show({ rows: ['> ', 'status'], cursor: { row: 0, column: 2 } }, ['an answer']);
    expect(written(terminal.takeBytes())).toBe('');
    expect(await terminal.screen()).toEqual(['an answer', '>', 'status']);
  });

  it('clears what is left of a longer row and of a higher region', async () => {
    const { terminal, screen } = open();
    screen.show({ rows: ['a long row of words', 'two', 'three', 'four'] });
    screen.show({ rows: ['short', 'two'] });
    expect(await terminal.screen()).toEqual(['short', 'two']);
  });

  it('fills rows to the edge without losing their last cell or breaking the next', async () => {
    const { terminal, screen } = open(10, 6);
    screen.show({ rows: ['─'.repeat(10), 'x', '─'.repeat(10)] });
    screen.show({ rows: ['═'.repeat(10), 'y', '─'.repeat(10)] });
    expect(await terminal.screen()).toEqual(['═'.repeat(10), 'y', '─'.repeat(10)]);
    // xterm and tmux would clear the last cell.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins what must not be there
    expect(terminal.takeBytes()).not.toMatch(/[═─]\u001b\[K/);
  });

  it('shows wide characters and emoji in place', async () => {
    const { terminal, screen } = open(20, 6);
    screen.show({ rows: ['日本語 text', '✅ 🚀 done', 'plain'] });
    screen.show({ rows: ['日本 text', '✅ 🚀 done', 'plain'] });
    expect(await terminal.screen()).toEqual(['日本 text', '✅ 🚀 done', 'plain']);
  });

  it('loses no more than its end when a row is wider than was thought', async () => {
    const { terminal, screen } = open(10, 6);
    screen.show({ rows: ['abcdefghijKLM', 'second'] });
    expect(await terminal.screen()).toEqual(['abcdefghiM', 'second']);
  });

  it.each([
    [30, 20],
    [30, 12],
    [30, 60],
  ])('is drawn whole again when the width goes from %i to %i, with the scrollback as it was', async (before, after) => {
    const { terminal, screen } = open(before, 12);
    const region = (columns: number): string[] => ['─'.repeat(columns), '> text', '', 'status'];
    screen.show({ rows: region(before), cursor: { row: 1, column: 6 } }, ['finished one', 'finished two']);
    await terminal.resize(after, 12);
    screen.resize({ columns: after, rows: 12 });
    screen.show({ rows: region(after), cursor: { row: 1, column: 6 } });
    expect(await terminal.everything()).toEqual(['finished one', 'finished two', ...region(after)]);
  });
});

describe('the screen, full', () => {
  it('leaves the inline screen as it was, and comes back to it', async () => {
    const { terminal, screen } = open(20, 6);
    screen.show({ rows: ['> ', 'status'], cursor: { row: 0, column: 2 } }, ['finished']);
    screen.switchTo('full');
    screen.show({ rows: ['1', '2', '3', '4', '5', '6'], cursor: { row: 5, column: 1 } });
    expect(await terminal.screen()).toEqual(['1', '2', '3', '4', '5', '6']);
    terminal.takeBytes();
    screen.show({ rows: ['1', '2', 'x', '4', '5', '6'], cursor: { row: 5, column: 1 } });
    expect(written(terminal.takeBytes())).toBe('x');
    screen.switchTo('inline');
    screen.show({ rows: ['> go', 'status'], cursor: { row: 0, column: 4 } }, ['more']);
    expect(await terminal.everything()).toEqual(['finished', 'more', '> go', 'status']);
  });

  it('gives the terminal back in order: out of the alternate screen, cursor shown, below the region', async () => {
    const { terminal, screen } = open(20, 6);
    screen.show({ rows: ['> ', 'status'], cursor: { row: 0, column: 2 } });
    screen.switchTo('full');
    screen.show({ rows: ['x'] });
    terminal.write(screen.leaving());
    terminal.write('$ ');
    expect(await terminal.screen()).toEqual(['$']);
  });
});
