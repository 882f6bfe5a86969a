// The output of each tool as it prints it, and the findings it means.
import { describe, expect, it } from 'vitest';
import { parseDiagnostics } from './parse-diagnostics.ts';

const root = '/repo';

function parsed(output: string, cwd = '.'): string[] {
  return parseDiagnostics(output, { root, cwd, source: 'tool' }).map(
    ({ file, line, column, severity, code, message }) => `${file}:${line}:${column} ${severity} ${code} ${message}`,
  );
}

describe('parseDiagnostics', () => {
  it.each([
    ['tsc', "src/a.ts(3,5): error TS2304: Cannot find name 'x'.", "src/a.ts:3:5 error TS2304 Cannot find name 'x'."],
    ['tsc --pretty', 'src/a.ts:3:5 - error TS2304: Cannot find it.', 'src/a.ts:3:5 error TS2304 Cannot find it.'],
    [
      'pyright',
      '  /repo/a.py:1:8 - error: Import "x" could not be resolved (reportMissingImports)',
      'a.py:1:8 error reportMissingImports Import "x" could not be resolved',
    ],
    [
      'mypy',
      'pkg/a.py:7: error: Incompatible types  [assignment]',
      'pkg/a.py:7:null error assignment Incompatible types',
    ],
    ['ruff, one line', 'a.py:1:8: F401 [*] `os` imported but unused', 'a.py:1:8 error F401 `os` imported but unused'],
    ['ruff', 'F401 [*] `os` imported but unused\n --> a.py:1:8\n  |', 'a.py:1:8 error F401 `os` imported but unused'],
    ['flake8', './a.py:2:80: E501 line too long', 'a.py:2:80 error E501 line too long'],
    ['go vet', '# example.com/x\n./main.go:9:2: undefined: foo', 'main.go:9:2 error null undefined: foo'],
    [
      'golangci-lint',
      'main.go:9:2: ineffectual assignment to x (ineffassign)',
      'main.go:9:2 error ineffassign ineffectual assignment to x',
    ],
    [
      'cargo',
      'error[E0308]: mismatched types\n  --> src/main.rs:4:18\n   |',
      'src/main.rs:4:18 error E0308 mismatched types',
    ],
    [
      'rustc warning',
      'warning: unused variable: `x`\n --> src/main.rs:2:9',
      'src/main.rs:2:9 warning null unused variable: `x`',
    ],
    ['gcc', 'a.c:3:1: warning: unused variable', 'a.c:3:1 warning null unused variable'],
    ['maven', '[ERROR] /repo/src/A.java:[12,5] cannot find symbol', 'src/A.java:12:5 error null cannot find symbol'],
    ['javac', 'src/A.java:12: error: cannot find symbol', 'src/A.java:12:null error null cannot find symbol'],
    [
      'dotnet',
      'Program.cs(5,9): error CS0103: The name does not exist [/repo/App.csproj]',
      'Program.cs:5:9 error CS0103 The name does not exist',
    ],
    [
      'rubocop',
      'a.rb:1:1: C: [Correctable] Style/StringLiterals: Prefer single',
      'a.rb:1:1 warning null [Correctable] Style/StringLiterals: Prefer single',
    ],
    [
      'eslint',
      "\n/repo/src/a.js\n  1:7  error  'x' is unused  no-unused-vars\n",
      "src/a.js:1:7 error no-unused-vars 'x' is unused",
    ],
    [
      'biome',
      'src/a.ts:3:1 lint/style/useConst  FIXABLE  ━━━━\n\n  × This let is never reassigned.\n',
      'src/a.ts:3:1 error lint/style/useConst This let is never reassigned.',
    ],
  ])('reads %s', (_tool, output, expected) => {
    expect(parsed(output)).toEqual([expected]);
  });

  it('joins the folder, and leaves out what is outside', () => {
    expect(parsed('a.ts(1,1): error TS1: no', 'packages/x')).toEqual(['packages/x/a.ts:1:1 error TS1 no']);
    expect(parsed('../../../etc/a.ts(1,1): error TS1: no', 'packages/x')).toEqual([]);
    expect(parsed('/usr/lib/a.py:1:1: error: no')).toEqual([]);
  });

  it('takes nothing for a finding that is none, and each finding once', () => {
    expect(parsed('Test Files  2 passed\nDuration 1:20\n    at run (file.js:1:2)\nhttp://x.y:80/z')).toEqual([]);
    expect(parsed('a.c:3:1: error: x\na.c:3:1: error: x')).toHaveLength(1);
  });
});
