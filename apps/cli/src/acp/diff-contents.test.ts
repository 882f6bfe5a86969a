// Hunks of a unified diff, as an editor is shown them.
import { expect, it } from 'vitest';
import { diffContents } from './diff-contents.ts';

it('gives the text of each hunk before and after, also of lines that look like headers', () => {
  const unified = [
    '--- a/x.sql',
    '+++ b/x.sql',
    '@@ -1,3 +1,2 @@',
    ' select 1;',
    '--- a comment',
    '-++ odd',
    '+++ more',
    '@@ -9 +8,2 @@',
    ' z',
    '+end',
    '--- /dev/null',
    '+++ b/new.txt',
    '@@ -0,0 +1 @@',
    '+hello',
    '\\ No newline at end of file',
    '',
  ].join('\n');
  expect(diffContents(unified, (path) => `/w/${path}`)).toEqual([
    { type: 'diff', path: '/w/x.sql', oldText: 'select 1;\n-- a comment\n++ odd', newText: 'select 1;\n++ more' },
    { type: 'diff', path: '/w/x.sql', oldText: 'z', newText: 'z\nend' },
    { type: 'diff', path: '/w/new.txt', oldText: null, newText: 'hello' },
  ]);
});
