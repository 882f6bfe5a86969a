// Text in rows: widths, wrapping, Markdown, code, diffs; nothing that is drawn is wider than asked, and nothing obeys what a text says.
import { lexer } from 'marked';
import { describe, expect, it } from 'vitest';
import { drawDiff } from './diff-view.ts';
import { drawMarkdown, splitFinished } from './markdown.ts';
import { paintedText, plainText } from './plain-text.ts';
import { createTheme } from './theme.ts';
import { truncate, widthOf, wrap } from './width.ts';

const plain = createTheme('dark', false);
const dark = createTheme('dark', true);
const read = (text: string) => lexer(text);
const draw = (text: string, columns = 40): string[] => drawMarkdown(text, { columns, theme: plain }, read);

describe('widths', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['🚀', 2],
    ['👩‍👩‍👧', 2],
    ['e\u0301', 1],
    ['\u001b[31mred\u001b[0m', 3],
    ['─', 1],
  ])('%j takes %i columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('wraps between words, keeps colours going, and never passes the edge', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    const rows = wrap(dark.paint('ok', 'green words that go on'), 9);
    expect(rows.every((row) => widthOf(row) <= 9 && row.startsWith('\u001b[38') && row.endsWith('\u001b[0m'))).toBe(
      true,
    );
    for (const row of wrap('日本語の長い文章とemoji 🚀🚀🚀 mixed', 7)) expect(widthOf(row)).toBeLessThanOrEqual(7);
  });

  it('truncates with a sign', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(widthOf(truncate(dark.paint('bad', 'abcdef'), 4))).toBe(4);
  });
});

describe('text from outside', () => {
  it('obeys nothing', () => {
    const evil = '\u001b]0;title\u0007\u001b[2J\u001b[31mred\u001b[0m \u0007\u009b1mx\u001bcy\u202e';
    const safe = plainText(evil);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(safe).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(safe).toBe('red \\x07xy\\u202e');
  });

  it('keeps colours alone where colours are our own', () => {
    expect(paintedText('\u001b[31mred\u001b[39m\u001b[2J\u001b]0;t\u0007\tx')).toBe('\u001b[31mred\u001b[39m    x');
  });

  it('keeps what a progress line said last', () => {
    expect(plainText('10 %\r50 %\r100 %\ndone\r\n')).toBe('100 %\ndone\n');
  });
});

describe('Markdown', () => {
  it('draws headings, lists, quotes, code', () => {
    expect(
      draw(
        '# Title\n\nSome **bold** `code`.\n\n- one\n- two\n  - inner\n\n> said\n\n```js\nlet a = 1;\n```\n\n3. third\n4. fourth',
      ),
    ).toEqual([
      'Title',
      '',
      'Some bold `code`.',
      '',
      '• one',
      '• two',
      '  • inner',
      '',
      '│ said',
      '',
      '▏ let a = 1;',
      '',
      '3. third',
      '4. fourth',
    ]);
  });

  it('makes tables fit', () => {
    const rows = draw(`| a | b |\n|---|--:|\n| ${'long '.repeat(20)} | 1 |`, 30);
    expect(rows.every((row) => widthOf(row) <= 30)).toBe(true);
    expect(rows[1]).toMatch(/^─+┼─+$/);
    expect(rows[2]?.endsWith(' 1')).toBe(true);
  });

  it('always says where a link leads', () => {
    expect(draw('[the docs](https://evil.example/x)')).toEqual(['the docs (https://evil.example/x)']);
  });

  it('gives the finished blocks of a text that grows, and loses nothing', () => {
    const text = '# One\n\nA paragraph that\ngoes on.\n\n- a\n- b\n\n```js\ncode\n\nmore\n```\n\nThe end.';
    let finished = '';
    let open = '';
    for (const character of text) {
      const split = splitFinished(open + character, read);
      finished += split.finished;
      open = split.open;
    }
    expect(finished + open).toBe(text);
    expect(open).toBe('The end.');
  });

  it('colours code without changing it', () => {
    const code = 'const x = "a // b"; // note 42';
    const [row = ''] = drawMarkdown(`\`\`\`js\n${code}\n\`\`\``, { columns: 80, theme: dark }, read);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken out
    expect(row.replace(/\u001b\[[\d;]*m/g, '')).toBe(`▏ ${code}`);
    expect(row).toContain(dark.paint('keyword', 'const'));
    expect(row).toContain(dark.paint('string', '"a // b"'));
    expect(row).toContain(dark.paint('comment', '// note 42'));
  });
});

describe('diffs', () => {
  const diff =
    'diff --git a/x.js b/x.js\n--- a/x.js\n+++ b/x.js\n@@ -9,3 +9,3 @@ fn\n same\n-old a - b\n+old a + b\n tail\n';

  it('have line numbers of the side they belong to', () => {
    expect(drawDiff(diff, { columns: 40, theme: plain })).toEqual([
      ' 9   same',
      '10 - old a - b',
      '10 + old a + b',
      '11   tail',
    ]);
  });

  it('name a single file where that is wanted, also one that is gone', () => {
    const named = (text: string): string | undefined => drawDiff(text, { columns: 40, theme: plain, names: true })[0];
    expect(named(diff)).toContain('x.js');
    expect(named('--- a/x.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n')).toContain('x.js (deleted)');
  });

  it('mark the words that changed', () => {
    const rows = drawDiff(diff, { columns: 40, theme: dark });
    expect(rows[1]).toContain(dark.paint('removedWord', '-'));
    expect(rows[2]).toContain(dark.paint('addedWord', '+'));
  });

  it('take a line that looks like a head for what it is', () => {
    const tricky = '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- old\n+++ new\n same\n';
    expect(drawDiff(tricky, { columns: 40, theme: plain })).toEqual(['1 - -- old', '1 + ++ new', '2   same']);
  });

  it('say how much is not shown', () => {
    const long = `@@ -0,0 +1,50 @@\n${Array.from({ length: 50 }, (_, index) => `+${index}`).join('\n')}\n`;
    const rows = drawDiff(long, { columns: 40, theme: plain, limit: 10 });
    expect(rows).toHaveLength(10);
    expect(rows.at(-1)).toBe('… 41 more lines');
  });
});
