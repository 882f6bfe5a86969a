// `monkey map` and `monkey search` as they are installed: grammars and worker threads beside the bundle.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const monkey = join(import.meta.dirname, '..', '..', 'dist', 'monkey.cjs');
const base = mkdtempSync(join(tmpdir(), 'monkey-code-cli-'));
const project = join(base, 'project');
afterAll(() => rmSync(base, { recursive: true, force: true }));

mkdirSync(join(project, 'src'), { recursive: true });
// Enough files for threads.
for (let at = 0; at < 300; at++)
  writeFileSync(
    join(project, 'src', `part${at}.py`),
    `from part0 import shared_one\n\ndef part_${at}():\n    shared_one()\n`,
  );
writeFileSync(join(project, 'src', 'part0.py'), 'def shared_one():\n    return 1\n');

function run(...args: string[]) {
  const env = { PATH: process.env['PATH'], MONKEY_HOME: join(base, 'home') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [monkey, ...args, '-C', project], {
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it('maps a folder', () => {
  const { status, stdout } = run('map', '--tokens', '200');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^src\/part0\.py\n {4}1 def shared_one\(\):\n/);
  const { symbols, tokens } = JSON.parse(run('map', 'part 17', '--json', '--tokens', '100').stdout);
  expect(tokens).toBeLessThanOrEqual(100);
  expect(symbols.map(({ name }: { name: string }) => name)).toContain('part_17');
});

it('finds text, symbols, callers and ranked pieces; nothing is exit code 1', () => {
  expect(run('search', 'def shared').stdout).toBe('src/part0.py:1:def shared_one():\n');
  expect(run('search', '--regex', 'def part_1[78]\\b').stdout.split('\n')).toHaveLength(3);
  expect(run('search', '--symbols', 'part_33').stdout).toBe('src/part33.py:3: function part_33\n');
  expect(run('search', '--callers', 'shared_one', '--limit', '2').stdout).toBe(
    'src/part1.py:1: from part0 import shared_one\nsrc/part1.py:4: [in part_1] shared_one()\n',
  );
  expect(run('search', '--ranked', 'shared one', '--limit', '1').stdout).toBe('src/part0.py:1-2 shared_one\n');
  expect(run('search', 'no such text at all')).toMatchObject({ status: 1, stdout: '' });
  expect(run('search')).toMatchObject({ status: 2 });
});
