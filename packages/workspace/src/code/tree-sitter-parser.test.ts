// The parser on a sample of every language, on broken code, and on input that is not code at all.
import { afterAll, describe, expect, it } from 'vitest';
import { type FileOutline, maxParsedChars } from './code-parser.ts';
import { type LanguageId, languageOfPath, languages } from './language.ts';
import { languageSamples } from './language-samples.ts';
import { createCodeParser } from './tree-sitter-parser.ts';

const parser = createCodeParser();
afterAll(() => parser.close());

function inShort({ definitions, references, imports }: FileOutline) {
  return {
    definitions: definitions.map(
      ({ kind, container, name, firstLine, lastLine }) =>
        `${kind} ${container === null ? '' : `${container}.`}${name} ${firstLine}-${lastLine}`,
    ),
    references: [...new Set(references.map(({ name }) => name))],
    imports: imports.map(({ specifier, names }) =>
      [`${specifier}:`, ...names.map(({ name, local }) => `${name}>${local}`)].join(' '),
    ),
  };
}

for (const id of Object.keys(languages) as LanguageId[]) {
  const sample = languageSamples[id];
  describe(languages[id].label, () => {
    it('gives definitions, references and imports', async () => {
      const found = inShort(await parser.outline(id, sample.text));
      expect(found.definitions).toEqual(sample.definitions);
      expect(found.references).toEqual(expect.arrayContaining([...sample.references]));
      expect(found.imports).toEqual(sample.imports);
    });

    it('tells right syntax from broken syntax', async () => {
      expect(await parser.syntaxErrors(id, sample.text)).toEqual([]);
      expect((await parser.syntaxErrors(id, sample.broken)).length).toBeGreaterThan(0);
    });
  });
}

describe('the code parser', () => {
  it('says where a problem is', async () => {
    const [problem] = await parser.syntaxErrors('javascript', 'let a = 1;\nlet b = (2;\n');
    expect(problem).toEqual({ line: 2, column: 11, kind: 'missing', text: ')' });
  });

  it('counts one problem more after one more mistake', async () => {
    const before = await parser.syntaxErrors('python', 'def a(:\n  pass\n\n\ndef b():\n  pass\n');
    const after = await parser.syntaxErrors('python', 'def a(:\n  pass\n\n\ndef b(:\n  pass\n');
    expect(after.length).toBeGreaterThan(before.length);
  });

  it('gives what is readable of broken code', async () => {
    const { definitions } = await parser.outline('python', 'def good():\n    return 1\n\nclass (:\n');
    expect(definitions.map(({ name }) => name)).toContain('good');
  });

  it('keeps columns and lines right behind letters of several bytes', async () => {
    const { definitions } = await parser.outline('typescript', "const größe = '💚';\r\nfunction später() {}\r\n");
    expect(definitions.map(({ name, firstLine }) => `${name} ${firstLine}`)).toEqual(['größe 1', 'später 2']);
  });

  it('bears binary, deep nesting, one huge line, and more than it takes', async () => {
    const hostile = [
      String.fromCharCode(0, 1, 2, 65533).repeat(20_000),
      '('.repeat(30_000),
      `f(${'['.repeat(10_000)}`,
      `x = "${'a'.repeat(1_500_000)}"`,
      'a'.repeat(maxParsedChars + 1),
    ];
    for (const text of hostile) {
      for (const id of ['javascript', 'python', 'c'] as const) {
        expect((await parser.outline(id, text)).imports).toEqual([]);
        expect(Array.isArray(await parser.syntaxErrors(id, text))).toBe(true);
      }
    }
    expect(inShort(await parser.outline('go', 'package a\nfunc b() {}\n')).definitions).toEqual(['function b 2-2']);
  });

  it('refuses to work when closed', async () => {
    const other = createCodeParser();
    other.close();
    await expect(other.outline('go', 'package a')).rejects.toThrow('closed');
  });
});

describe('languageOfPath', () => {
  it.each([
    ['src/a.ts', 'typescript'],
    ['a.test.TSX', 'tsx'],
    ['lib\\x.PY', 'python'],
    ['Gemfile', 'ruby'],
    ['a/b.d/c', null],
    ['notes.txt', null],
    ['.ts', 'typescript'],
  ] as const)('%s is %s', (path, id) => expect(languageOfPath(path)).toBe(id));

  it('knows at least 16', () => expect(Object.keys(languages).length).toBeGreaterThanOrEqual(16));
});

describe('pieces of code', () => {
  const same = async (language: 'javascript' | 'python', one: string, other: string): Promise<boolean> => {
    const parser = createCodeParser();
    try {
      const [first, second] = [await parser.pieces(language, one), await parser.pieces(language, other)];
      return first !== null && JSON.stringify(first) === JSON.stringify(second);
    } finally {
      parser.close();
    }
  };
  it('do not see comments, docstrings and layout', async () => {
    expect(await same('javascript', 'f(1);\n', '/** x */\nf( 1 ); // y\n')).toBe(true);
    expect(
      await same('python', 'def f():\n    return 1\n', 'def f():\n    """Gives one."""\n    # one\n    return 1\n'),
    ).toBe(true);
  });
  it('see names, values, strings, order and indentation', async () => {
    expect(await same('javascript', 'f(1);', 'f(2);')).toBe(false);
    expect(await same('javascript', "f('a b');", "f('a  b');")).toBe(false);
    expect(await same('python', 'x = """a"""\n', 'x = """b"""\n')).toBe(false);
    expect(await same('python', 'if a:\n    b()\n    c()\n', 'if a:\n    b()\nc()\n')).toBe(false);
  });
  it('are none of a text that does not parse', async () => {
    expect(await same('javascript', 'f((', 'f((')).toBe(false);
  });
});
