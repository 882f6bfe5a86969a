// What runners tell of executed lines: a real run of node, and the forms of the others.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addCoverage, type ExecutedLines } from './read-coverage.ts';
import { coveringCommand } from './test-coverage.ts';

function project(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'coverage-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const sum = `export function sign(n) {
  if (n < 0) {
    return -1;
  }
  return helper(n);
}
function helper(n) {
  return n > 0 ? 1 : 0;
}
export function never() {
  return 1;
}
`;
const test = `import test from 'node:test';\nimport { sign } from './sum.mjs';\ntest('x', () => void sign(2));\n`;

describe('coverage', () => {
  it('of a real run of node is what was executed, line by line', () => {
    const root = project({ 'sum.mjs': sum, 'sum.test.mjs': test });
    const folder = join(root, 'told');
    const covering = coveringCommand({ command: 'node --test', cwd: '.' }, { root, folder });
    expect(covering?.source).toBe('node');
    const { NODE_TEST_CONTEXT: _outer, ...env } = process.env;
    execFileSync('sh', ['-c', covering?.command ?? ''], { cwd: root, env });
    const lines: ExecutedLines = new Map();
    for (const name of readdirSync(folder))
      addCoverage(JSON.parse(readFileSync(join(folder, name), 'utf8')), lines, (path) =>
        path.startsWith(root) ? readFileSync(path, 'utf8') : null,
      );
    const executed = [...(lines.get(join(root, 'sum.mjs')) ?? [])].sort((a, b) => a - b);
    expect(executed).toEqual(expect.arrayContaining([2, 5, 8]));
    expect(executed).not.toContain(3);
    expect(executed).not.toContain(11);
  });

  it('is read from what jest, vitest and coverage.py write', () => {
    const lines: ExecutedLines = new Map();
    const statement = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } });
    const istanbul = {
      '/p/a.ts': { path: '/p/a.ts', statementMap: { 0: statement(2), 1: statement(3) }, s: { 0: 4, 1: 0 } },
    };
    expect(addCoverage(istanbul, lines, () => null)).toBe(true);
    expect(addCoverage({ meta: {}, files: { 'b.py': { executed_lines: [1, 4] } } }, lines, () => null)).toBe(true);
    expect(addCoverage('nonsense', lines, () => null)).toBe(false);
    expect([...lines]).toEqual([
      ['/p/a.ts', new Set([2])],
      ['b.py', new Set([1, 4])],
    ]);
  });

  it('is asked of the runner behind the command, and of none that would have to be installed', () => {
    const manifest = (script: string) => JSON.stringify({ scripts: { test: script } });
    const of = (files: Record<string, string>, command = 'npm test') => {
      const root = project(files);
      return coveringCommand({ command, cwd: '.' }, { root, folder: '/c' })?.command;
    };
    expect(of({ 'package.json': manifest('jest') })).toContain('npm test -- --coverage --coverageReporters=json');
    expect(of({ 'package.json': manifest('vitest run') })).toBeUndefined();
    expect(
      of({ 'package.json': manifest('vitest run'), 'node_modules/@vitest/coverage-v8/package.json': '{}' }),
    ).toContain('--coverage.reporter=json');
    expect(of({}, 'python3 -m pytest -q')).toMatch(/^mkdir .* python3 -m coverage run .* -m pytest -q && /);
    expect(of({}, 'go test ./...')).toBeUndefined();
  });
});
