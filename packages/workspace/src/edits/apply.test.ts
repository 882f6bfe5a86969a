// What the engine makes of edits in every format, what it refuses, and that it never writes where it would have to guess.
import { describe, expect, it } from 'vitest';
import { applyEdit, applyEditToText } from './apply.ts';
import type { Edit, EditFormat } from './edit.ts';

const path = 'src/a.py';

function replace(original: string, oldString: string, newString: string, replaceAll = false) {
  const edit: Edit = { format: 'old-new-string', path, replacements: [{ oldString, newString }], replaceAll };
  const result = applyEditToText(original, edit, { path });
  return result.kind === 'edited' ? result.text : result.code;
}

function text(
  format: Exclude<EditFormat, 'old-new-string' | 'whole-file' | 'line-anchors'>,
  original: string,
  edit: string,
) {
  const result = applyEditToText(original, { format, text: edit }, { path });
  return result.kind === 'edited' ? result.text : result.code;
}

function whole(original: string, content: string, name = path) {
  const result = applyEditToText(original, { format: 'whole-file', content }, { path: name });
  return result.kind === 'edited' ? result.text : result.code;
}

function tree(edit: Edit, files: Readonly<Record<string, string>>) {
  const result = applyEdit(edit, { read: (name) => files[name] ?? null });
  if (result.kind === 'refused') return result.code;
  return Object.fromEntries([...result.files].map(([name, { after }]) => [name, after]));
}

const python = 'class A:\n    def one(self):\n        return 1\n\n    def two(self):\n        return 2\n';

describe('old and new strings', () => {
  it('replaces inside a line, and only what stands there once', () => {
    expect(replace('rate = 0.19\n', '0.19', '0.2')).toBe('rate = 0.2\n');
    expect(replace('a\nab\n', 'a', 'x')).toBe('ambiguous');
    expect(replace('aaa', 'aa', 'b')).toBe('ambiguous');
    expect(replace('a\nab\n', 'a', '$&', true)).toBe('$&\n$&b\n');
  });

  it('refuses what says nothing or changes nothing', () => {
    expect(replace(python, '', 'x')).toBe('malformed');
    expect(replace(python, '\n\n', '\n')).toBe('malformed');
    expect(replace(python, 'return 1', 'return 1')).toBe('no-change');
    expect(replace(python, 'return 3', 'return 4')).toBe('not-found');
    expect(replace('import a\nimport b\n', 'import a\n', 'import a\nimport b\n')).toBe('already-applied');
    expect(replace('x = 2\ny = 3\n', 'x = 1\ny = 3', 'x = 2\ny = 3')).toBe('already-applied');
  });

  it('indents a block that lost its indentation', () => {
    const wanted =
      'class A:\n    def one(self):\n        if self:\n            return 1\n\n    def two(self):\n        return 2\n';
    expect(replace(python, 'def one(self):\n    return 1', 'def one(self):\n    if self:\n        return 1')).toBe(
      wanted,
    );
    expect(replace(python, 'return 1', 'if self:\n    return 1')).toBe(wanted);
    expect(
      replace(python, 'def one(self):\n        return 1', 'def one(self):\n        if self:\n            return 1'),
    ).toBe(wanted);
    expect(replace(python, '        return 1', '        if self:\n            return 1')).toBe(wanted);
  });

  it('keeps the new lines as they are when only an aligned line of the old ones stood elsewhere', () => {
    const sends = 'class A:\n    def send(self):\n        return [(x, x())\n                for x in self.all]\n';
    const old = '        return [(x, x())\n            for x in self.all]';
    const fresh =
      '        out = []\n        for x in self.all:\n            if x:\n                out.append((x, x()))\n        return out';
    expect(replace(sends, old, fresh)).toBe(`class A:\n    def send(self):\n${fresh}\n`);
  });

  it('indents one step deeper than all that was found', () => {
    expect(replace('{\n  a {\n    b();\n  }\n}\n', 'a {\nb();\n}', 'a {\nc();\n}')).toBe(
      '{\n  a {\n    c();\n  }\n}\n',
    );
    expect(
      replace(python, 'def one(self):\nreturn 1\n\ndef two', 'def one(self):\nif self:\nreturn 1\n\ndef two'),
    ).toBe('not-found');
  });

  it('keeps tabs, spaces, carriage returns and the missing final newline of the file', () => {
    expect(
      replace(
        'f() {\n\tone();\n}\n',
        'f() {\n    one();\n}',
        'f() {\n    one();\n    if (x) {\n        two();\n    }\n}',
      ),
    ).toBe('f() {\n\tone();\n\tif (x) {\n\t\ttwo();\n\t}\n}\n');
    expect(replace('f() {\n  one();\n}\n', 'f() {\n\tone();\n}', 'f() {\n\tif (x) {\n\t\tone();\n\t}\n}')).toBe(
      'f() {\n  if (x) {\n    one();\n  }\n}\n',
    );
    expect(replace('a\r\nb\r\nc', 'a\nb\n', 'a\nx\ny\n')).toBe('a\r\nx\r\ny\r\nc');
    expect(replace('a\r\nb\nc\r\n', 'b', 'B\nB')).toBe('a\r\nB\r\nB\nc\r\n'.replace('B\r\nB\n', 'B\r\nB\r\n'));
  });

  it('adds a block with the indentation of the file where the edit shows none', () => {
    expect(replace('f() {\n\tone();\n}\n\n// end\n', '// end', 'g() {\n    two();\n}\n\n// end')).toBe(
      'f() {\n\tone();\n}\n\ng() {\n\ttwo();\n}\n\n// end\n',
    );
    expect(replace('\tx\n// end\n', '// end', '/*\n * y\n */\n// end')).toBe('\tx\n/*\n * y\n */\n// end\n');
  });

  it('keeps the context of the file: quotes, blanks at line ends, a slip of the pen', () => {
    expect(replace('say “hi” – now\nold\n', 'say "hi" - now\nold', 'say "hi" - now\nnew')).toBe(
      'say “hi” – now\nnew\n',
    );
    expect(replace('x = say(“hi”);\n', 'say("hi")', 'say("hi", 2)')).toBe('x = say(“hi”, 2);\n');
    expect(replace('def f():  \n    \n    a = 1\n', 'def f():\n\n    a = 1', 'def f():\n\n    a = 2')).toBe(
      'def f():  \n    \n    a = 2\n',
    );
    const file = 'function alpha() {\n  const first = begin();\n  finish(first);\n}\n';
    expect(
      replace(
        file,
        'function alpha() {\n  const frst = begin();\n  finish(first);\n}',
        'function alpha() {\n  const frst = begin();\n  finish(first, 1);\n}',
      ),
    ).toBe(file.replace('finish(first)', 'finish(first, 1)'));
  });

  it('does not take a line of another block for a slip of the pen', () => {
    const file =
      'put(a) {\n  check(a);\n  log("put it");\n  a.more();\n}\ntake(a) {\n  check(a);\n  log("put in");\n  a.less();\n}\n';
    const mixed = 'put(a) {\n  check(a);\n  log("put in");\n  a.more();\n}';
    expect(replace(file, mixed, mixed.replace('more', 'some'))).toBe('not-found');
  });

  it('makes a list in order, all of it or nothing', () => {
    const edit = (...pairs: [string, string][]): Edit => ({
      format: 'old-new-string',
      path,
      replacements: pairs.map(([oldString, newString]) => ({ oldString, newString })),
    });
    const chained = applyEditToText('a\nb\n', edit(['a', 'hole'], ['hole', 'c']), { path });
    expect(chained).toMatchObject({ kind: 'edited', text: 'c\nb\n' });
    expect(applyEditToText('a\nb\n', edit(['a', 'x'], ['nowhere', 'y']), { path })).toMatchObject({
      kind: 'refused',
      code: 'not-found',
    });
    expect(applyEditToText('a\nb\n', edit(), { path })).toMatchObject({ kind: 'refused', code: 'malformed' });
  });

  it('makes a new file of an empty old text', () => {
    expect(
      tree({ format: 'old-new-string', path: 'n.txt', replacements: [{ oldString: '', newString: 'x\n' }] }, {}),
    ).toEqual({ 'n.txt': 'x\n' });
    expect(
      tree({ format: 'old-new-string', path: 'n.txt', replacements: [{ oldString: 'a', newString: 'b' }] }, {}),
    ).toBe('file-missing');
  });

  it('says why, with the closest lines and their numbers', () => {
    const result = applyEditToText(
      python,
      {
        format: 'old-new-string',
        path,
        replacements: [{ oldString: '    def two(self):\n        return 3', newString: 'x' }],
      },
      { path },
    );
    expect(result).toMatchObject({ kind: 'refused', code: 'not-found', path });
    expect(result.kind === 'refused' && result.message).toContain('line 6 of the file `        return 2`');
    expect(result.kind === 'refused' && result.message).toContain('    5 |     def two(self):');
  });
});

describe('search/replace blocks', () => {
  const block = (before: string, after: string) => `<<<<<<< SEARCH\n${before}=======\n${after}>>>>>>> REPLACE\n`;

  it('reads blocks in prose and fences', () => {
    expect(
      text(
        'search-replace-blocks',
        'a\nb\n',
        `I change one line.\n\n**${path}**\n\`\`\`py\n${block('b\n', 'c\n')}\`\`\`\nDone.`,
      ),
    ).toBe('a\nc\n');
    expect(text('search-replace-blocks', 'a\nb\nc\n', block('b\n', ''))).toBe('a\nc\n');
    expect(text('search-replace-blocks', 'a\n\nc\n', block('a\n\n', 'b\n\n'))).toBe('b\n\nc\n');
  });

  it('refuses what is not whole', () => {
    expect(text('search-replace-blocks', 'a\n', '<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n')).toBe('malformed');
    expect(text('search-replace-blocks', 'a\n', '<<<<<<< SEARCH\na\n=======\nb\n')).toBe('malformed');
    expect(text('search-replace-blocks', 'a\n', `${block('a\n', 'b\n')}<<<<<<< SEARCH\nb\n`)).toBe('malformed');
    expect(text('search-replace-blocks', 'a\n=======\nb\n', block('a\n=======\nb\n', 'c\n'))).toBe('malformed');
    expect(text('search-replace-blocks', 'a\n', 'nothing to see')).toBe('malformed');
  });

  it('finds the path among decorations, and takes no sentence for one', () => {
    const read = (name: string) => {
      if (name !== 'src/a.ts') throw new Error('outside');
      return 'a\n';
    };
    for (const heading of [
      'src/a.ts',
      './src/a.ts',
      '### `src/a.ts`',
      '**File: src/a.ts**',
      '1. `src/a.ts`:',
      'src/a.ts\n```ts',
    ]) {
      const edit: Edit = {
        format: 'search-replace-blocks',
        text: `Now /etc/hosts.\n\n${heading}\n${block('a\n', 'b\n')}`,
      };
      expect(applyEdit(edit, { read }), heading).toMatchObject({
        kind: 'edited',
        files: new Map([['src/a.ts', { before: 'a\n', after: 'b\n' }]]),
      });
    }
    const unnamed: Edit = {
      format: 'search-replace-blocks',
      path: 'src/a.ts',
      text: `I change the line.\n${block('a\n', 'b\n')}`,
    };
    expect(applyEdit(unnamed, { read })).toMatchObject({ kind: 'edited' });
  });

  it('makes and changes several files', () => {
    const edit = `x/new.txt\n${block('', 'n\n')}\na.txt\n${block('a\n', 'b\n')}`;
    expect(tree({ format: 'search-replace-blocks', text: edit }, { 'a.txt': 'a\n' })).toEqual({
      'x/new.txt': 'n\n',
      'a.txt': 'b\n',
    });
    expect(tree({ format: 'search-replace-blocks', text: block('a\n', 'b\n') }, { 'a.txt': 'a\n' })).toBe('malformed');
    expect(tree({ format: 'search-replace-blocks', text: edit }, { 'a.txt': 'a\n', 'x/new.txt': 'there' })).toBe(
      'file-exists',
    );
  });
});

describe('unified diffs', () => {
  it('takes removed and added lines that look like headers', () => {
    const diff = `--- a/${path}\n+++ b/${path}\n@@ -1,3 +1,3 @@\n x\n--- a\n+++ b\n y\n`;
    expect(text('unified-diff', 'x\n-- a\ny\n', diff)).toBe('x\n++ b\ny\n');
    expect(text('unified-diff', 'x\n-- a\ny\n', diff.replace('-1,3 +1,3', '-1,9 +1,9'))).toBe('x\n++ b\ny\n');
  });

  it('goes by numbers only when all of the diff agrees with the file', () => {
    const file = 'x\na\ny\nz\nx\na\ny\n';
    const diff = (numbers: string) => `@@ ${numbers} @@\n x\n-a\n+b\n y\n`;
    expect(text('unified-diff', file, diff('-5,3 +5,3'))).toBe('x\na\ny\nz\nx\nb\ny\n');
    expect(text('unified-diff', file, diff('-4,3 +4,3'))).toBe('ambiguous');
    expect(text('unified-diff', file, diff('-5,4 +5,3'))).toBe('ambiguous');
  });

  it('goes by the order of hunks when only one order fits', () => {
    const file = 'a\nx\nMARK\na\nx\n';
    expect(text('unified-diff', file, '@@ @@\n MARK\n@@ @@\n-x\n+y\n')).toBe('a\nx\nMARK\na\ny\n');
    expect(text('unified-diff', file, '@@ @@\n-x\n+y\n')).toBe('ambiguous');
  });

  it('moves, adds and deletes files', () => {
    const move =
      'diff --git a/a.txt b/b.txt\nsimilarity index 90%\nrename from a.txt\nrename to b.txt\n--- a/a.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-a\n+b\n';
    expect(tree({ format: 'unified-diff', text: move }, { 'a.txt': 'a\n' })).toEqual({ 'a.txt': null, 'b.txt': 'b\n' });
    expect(
      tree({ format: 'unified-diff', text: '--- /dev/null\n+++ b/n.txt\n@@ -0,0 +1 @@\n+n\n' }, { 'n.txt': 'there\n' }),
    ).toBe('file-exists');
    expect(
      tree(
        { format: 'unified-diff', text: '--- a/d.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n' },
        { 'd.txt': 'x\nmore\n' },
      ),
    ).toBe('not-found');
    expect(
      tree({ format: 'unified-diff', text: '--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-x\n+y\n' }, { '../x': 'x\n' }),
    ).toBe('malformed');
  });

  it('does not add twice what stands there', () => {
    expect(text('unified-diff', 'a\nb\n', '@@ -1 +1,2 @@\n a\n+b\n')).toBe('already-applied');
    expect(text('unified-diff', 'a\nb\n', '@@ -1,2 +1,2 @@\n a\n b\n')).toBe('no-change');
  });
});

describe('patches', () => {
  const patch = (body: string) => `*** Begin Patch\n*** Update File: ${path}\n${body}*** End Patch\n`;

  it('goes by scopes, also one in another', () => {
    const file =
      'class A:\n    def f():\n        return 1\n    def g():\n        return 1\nclass B:\n    def f():\n        return 1\n';
    const wanted = file.replace(/1\n$/, '2\n');
    expect(text('apply-patch', file, patch('@@ class B:\n@@ def f():\n-        return 1\n+        return 2\n'))).toBe(
      wanted,
    );
    expect(text('apply-patch', file, patch('@@ class A:\n-        return 1\n+        return 2\n'))).toBe('ambiguous');
    expect(text('apply-patch', file, patch('@@ class C:\n-        return 1\n+        return 2\n'))).toBe('not-found');
  });

  it('keeps the indentation of the file when only the context lost it', () => {
    expect(text('apply-patch', python, patch('@@\n def one(self):\n+        log()\n return 1\n'))).toBe(
      python.replace('        return 1', '        log()\n        return 1'),
    );
  });

  it('refuses what is cut off or means nothing', () => {
    expect(text('apply-patch', python, '*** Begin Patch\n*** Update File: src/a.py\n@@\n-a\n')).toBe('malformed');
    expect(text('apply-patch', python, '*** Begin Patch\n*** Rename File: src/a.py\n*** End Patch\n')).toBe(
      'malformed',
    );
    expect(text('apply-patch', python, patch(''))).toBe('malformed');
    expect(text('apply-patch', python, '@@\n-a\n+b\n')).toBe('malformed');
  });

  it('changes several files or none', () => {
    const edit: Edit = {
      format: 'apply-patch',
      text: '*** Begin Patch\n*** Add File: n\n+n\n*** Delete File: d\n*** Update File: u\n@@\n-a\n+b\n*** End Patch',
    };
    expect(tree(edit, { d: 'd\n', u: 'a\n' })).toEqual({ n: 'n\n', d: null, u: 'b\n' });
    expect(tree(edit, { d: 'd\n', u: 'c\n' })).toBe('not-found');
    expect(tree(edit, { u: 'a\n' })).toBe('file-missing');
    expect(tree(edit, { n: 'there', d: 'd\n', u: 'a\n' })).toBe('file-exists');
  });
});

describe('whole files', () => {
  it('strips the fence of the answer and nothing of the file', () => {
    expect(whole('a\n', '```python\nb\n```\n')).toBe('b\n');
    expect(whole('a\n', 'Here it is:\n\n```python\nb\n```\n\nThat is all.\n')).toBe('b\n');
    expect(whole('a', `${path}\n\`\`\`\nb\n\`\`\``)).toBe('b');
    const readme = '# A\n\n```sh\nmake\n```\n';
    expect(whole('# B\n', readme, 'README.md')).toBe(readme);
    expect(whole('# B\n', `\`\`\`markdown\n${readme}\`\`\`\n`, 'README.md')).toBe(readme);
    expect(whole('x\n', 'doc = """\n```\nx\n```\n"""\n')).toBe('doc = """\n```\nx\n```\n"""\n');
  });

  it('keeps the endings of lines that stay where a file has both kinds', () => {
    expect(whole('a\r\nb\nc\r\nd\n', 'a\nB\nc\nd\n')).toBe('a\r\nB\nc\r\nd\n');
    expect(whole('a\r\nb\nc\r\nd\n', 'a\r\nB\nc\r\nd\n')).toBe('a\r\nB\nc\r\nd\n');
  });

  it('refuses what is empty, cut off or left out', () => {
    expect(whole('a\n', ' \n')).toBe('empty');
    expect(whole('a\n', 'a\n')).toBe('no-change');
    expect(whole('a\n', '```python\nb\n')).toBe('malformed');
    for (const line of [
      '# ... rest of the file unchanged ...',
      '// ... existing code ...',
      '/* … other methods … */',
      '<!-- remaining content unchanged -->',
      '# the rest of the code stays the same',
      '... (rest of file)',
      '# unchanged',
      '// ...',
      '[... unchanged ...]',
      '...rest of the file',
      '...existing code...',
      '# Rest of the code',
    ]) {
      expect(whole('a\nb\nc\n', `a\n${line}\n`), line).toBe('elided');
    }
    for (const line of [
      '# the rest of the list',
      'def f(*rest): ...',
      '...',
      '// remaining bytes are read here later',
      'print("...")',
      '...lines.map((line) => line.trim()),',
      '...(await rest()),',
      '...rest, same };',
      '...existing,',
    ]) {
      expect(whole('a\nb\nc\n', `a\n${line}\n`), line).toBe(`a\n${line}\n`);
    }
    expect(whole('a\n# ... existing code ...\n', 'b\n# ... existing code ...\n')).toBe('b\n# ... existing code ...\n');
  });

  it('keeps line endings and the final newline', () => {
    expect(whole('a\r\nb\r\n', 'a\nc')).toBe('a\r\nc\r\n');
    expect(whole('a\n', 'b\r\n')).toBe('b\n');
  });
});

describe('uniqueness', () => {
  it('never writes when a block stands twice, whatever the format', () => {
    const unit = '  if (a) {\n    run(a);\n  }\n';
    const file = `f() {\n${unit}}\ng() {\n${unit}}\n`;
    const changedUnit = unit.replace('run', 'stop');
    const diff = unit.replace(/^/gm, ' ').replace(/ $/, '').replace('     run(a);', '-    run(a);\n+    stop(a);');
    expect(replace(file, unit, changedUnit)).toBe('ambiguous');
    expect(replace(file, unit.trim(), changedUnit.trim())).toBe('ambiguous');
    expect(replace(file, unit.replaceAll('  ', '\t'), changedUnit.replaceAll('  ', '\t'))).toBe('ambiguous');
    expect(text('search-replace-blocks', file, `<<<<<<< SEARCH\n${unit}=======\n${changedUnit}>>>>>>> REPLACE`)).toBe(
      'ambiguous',
    );
    expect(text('unified-diff', file, `@@ ... @@\n${diff}`)).toBe('ambiguous');
    expect(text('apply-patch', file, `*** Begin Patch\n*** Update File: ${path}\n@@\n${diff}*** End Patch`)).toBe(
      'ambiguous',
    );
  });
});
