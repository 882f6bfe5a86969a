// The pure parts of the judges: what is read from answers, what counts as the same, how findings are written down.
import type { Dependency, FileOutline } from '@monkey-coder/workspace';
import { describe, expect, it } from 'vitest';
import { auditText } from './audit-patterns.ts';
import { citedPlaces } from './cited-places.ts';
import { dependencyChanges, isVersion } from './compare-dependencies.ts';
import { examplesOf } from './doc-examples.ts';
import { brokenNames, publicInterface } from './public-interface.ts';
import { readFindings } from './read-findings.ts';
import { exampleCommand } from './run-example.ts';
import { toSarif } from './sarif.ts';
import { evidence, reportOf, verificationOf } from './work-ground.ts';

describe('findings of an answer', () => {
  it('are read from the last fence, by other names too', () => {
    const answer =
      'x\n```json\n{"a":1}\n```\n```json\n[{"path":"./a.js:3","level":"error","message":"bad"},{"file":"b.js","line":"7","severity":"odd"}]\n```\n';
    expect(readFindings(answer)).toEqual({
      findings: [
        { file: 'a.js', line: 3, severity: 'high', title: 'bad', why: 'bad' },
        { file: 'b.js', line: 7, severity: 'medium', title: 'no title', why: '' },
      ],
      unreadable: 0,
    });
  });
  it('count what names no place, and are not made of words', () => {
    expect(readFindings('{"findings":[{"title":"x"},5]}')).toEqual({ findings: [], unreadable: 2 });
    expect(readFindings('No findings at all.')).toBeUndefined();
    expect(readFindings('```json\n{"other":[]}\n```')).toBeUndefined();
  });
});

describe('citations', () => {
  it('are files with lines, ranges and anchors, and no addresses', () => {
    const text = '`src/a.ts:3`, ./b/c.py:10-12 and d.go#L4-L6, at http://host.example:80/x.js:3 or 10:30; node:test';
    expect(citedPlaces(text)).toEqual([
      { file: 'src/a.ts', line: 3 },
      { file: 'b/c.py', line: 10, lastLine: 12 },
      { file: 'd.go', line: 4, lastLine: 6 },
    ]);
  });
});

describe('verdicts', () => {
  const [good, bad, unsure] = [evidence('a', 'holds'), evidence('b', 'fails', 'why'), evidence('c', 'unknown')];
  it('need evidence, all of which holds', () => {
    expect(reportOf('fix', [good]).verdict).toBe('verified');
    expect(reportOf('fix', []).verdict).toBe('unproven');
    expect(reportOf('fix', [good, unsure]).verdict).toBe('unproven');
    expect(reportOf('fix', [good, bad, unsure])).toMatchObject({ verdict: 'not-verified', reasons: ['b: why', 'c'] });
  });
  it('are given back only where that can help', () => {
    expect(verificationOf(reportOf('fix', [bad])).kind).toBe('unproven');
    expect(verificationOf(reportOf('fix', [bad]), 'do it').kind).toBe('failed');
    expect(verificationOf(reportOf('fix', [unsure]), 'do it').kind).toBe('unproven');
  });
});

describe('dependencies', () => {
  const one = (name: string, declared: string, locked: string | null): Dependency => ({
    ecosystem: 'npm',
    name,
    role: 'runtime',
    declared,
    locked,
    folder: '.',
    evidence: { file: 'package.json' },
  });
  it('differ by declaration or lock', () => {
    const changes = dependencyChanges(
      [one('a', '^1', '1.0.0'), one('b', '^1', '1.0.0')],
      [one('a', '^1', '1.0.1'), one('c', '1', null)],
    );
    expect(changes.map(({ name, before, after }) => [name, before?.locked, after?.locked])).toEqual([
      ['a', '1.0.0', '1.0.1'],
      ['b', '1.0.0', undefined],
      ['c', undefined, null],
    ]);
  });
  it.each([
    ['5', '5.1.0', true],
    ['5', '50.0.0', false],
    ['5.1', '^5.1.2', true],
    ['^5.1.0', '5.1.0', true],
    ['v2.0.0', '2.0.0', true],
    ['2.0.0', null, false],
    ['2.0.0', '2.0.0-rc.1', true],
  ])('%s asks for %s: %s', (wanted, given, expected) => expect(isVersion(wanted, given)).toBe(expected));
});

describe('public interfaces', () => {
  const define = (name: string, line: number): FileOutline['definitions'][number] => ({
    name,
    kind: 'function',
    nameLine: line,
    firstLine: line,
    lastLine: line,
    container: null,
    signature: '',
  });
  const outline = (...definitions: FileOutline['definitions'][number][]): FileOutline => ({
    definitions,
    references: [],
    imports: [],
  });
  it('hold names and parameters of exports, whatever the bodies are', () => {
    const before = publicInterface(
      'javascript',
      'export const add = (a, b) => a + b;\nconst own = 1;\n',
      outline(define('add', 1), define('own', 2)),
    );
    const after = publicInterface('javascript', 'export function add(a,\n  b) {\n}\n', outline(define('add', 1)));
    expect([...before]).toEqual([['add', 'a,b']]);
    expect(brokenNames(before, after)).toEqual([]);
    expect(brokenNames(before, new Map([['add', 'a']]))).toEqual([{ name: 'add', change: 'add(a,b) became add(a)' }]);
    expect(brokenNames(before, new Map())).toEqual([{ name: 'add', change: 'add is gone' }]);
  });
  it('leave out what Python and Go keep to themselves', () => {
    expect([
      ...publicInterface(
        'python',
        'def run(x): pass\ndef _own(): pass\n',
        outline(define('run', 1), define('_own', 2)),
      ),
    ]).toEqual([['run', 'x']]);
    expect([
      ...publicInterface('go', 'func Run(x int) {}\nfunc own() {}\n', outline(define('Run', 1), define('own', 2))),
    ]).toEqual([['Run', 'xint']]);
  });
});

describe('examples', () => {
  it('of documents have their line and a way to run', () => {
    const found = examplesOf(
      'a.md',
      '# A\n\n```js\nimport "x";\n```\n\n```python\nprint(1)\n```\n```sh no-check\nrm\n```\n```\nplain\n```\n',
    );
    expect(found.map(({ line, language, run }) => [line, language, run?.command])).toEqual([
      [4, 'javascript', 'node monkey-example.mjs'],
      [8, 'python', 'python3 monkey_example.py'],
    ]);
  });
  it('of findings are run by a command of ours, or not at all', () => {
    expect(exampleCommand('test/a.test.js', "import 'node:test'", ['npm test'])).toBe('node --test test/a.test.js');
    expect(exampleCommand('test/a.test.ts', '', ['npx vitest run'])).toBe('npx --no-install vitest run test/a.test.ts');
    expect(exampleCommand('test_a.py', '', [])).toBe('python3 -m pytest -q test_a.py');
    for (const path of ['a.js; rm -rf .', '-e.js', '/etc/a.sh', 'a b.js', 'a.exe'])
      expect(exampleCommand(path, '', [])).toBeUndefined();
  });
});

describe('audit patterns', () => {
  it('find by line and language, and leave samples alone', () => {
    const text = `a\nconst password = "${'hunter2'.repeat(2)}";\nconst api_key = "your-key-here";\nretrieval(x); eval(y);\n`;
    expect(auditText('a.js', text).map(({ rule, line }) => [rule, line])).toEqual([
      ['monkey/secret', 2],
      ['monkey/eval', 4],
    ]);
    expect(auditText('a.md', 'eval(x)\n')).toEqual([]);
  });
});

describe('SARIF', () => {
  it('has rules, levels and places', () => {
    const finding = { file: 'a b/c.js', line: 2, severity: 'low' as const, title: 't', why: 'w', rule: 'model' };
    const log = toSarif(reportOf('review', [], { findings: [finding] }), '1.2.3');
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { version: '1.2.3', rules: [{ id: 'monkey/review' }] } },
          results: [
            {
              ruleId: 'monkey/review',
              ruleIndex: 0,
              level: 'note',
              locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b/c.js' }, region: { startLine: 2 } } }],
            },
          ],
        },
      ],
    });
  });
});
