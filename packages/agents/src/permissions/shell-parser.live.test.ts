// Compares the parser with a real bash: whatever bash runs, the parser must have seen.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readShell } from './shell-commands.ts';

const hasBash = spawnSync('bash', ['--version']).status === 0;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-shell-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every command bash does not know is reported with its words in one write to descriptor 9; nothing real can run. */
const reporter = `PATH=/nowhere
  command_not_found_handle() { local IFS=$'\\x1f' line; line="$*"; printf '%s\\0' "\${line//$'\\n'/$'\\x1e'}" >&9; return $((RANDOM % 2)); }
  exec 9>&1 >/dev/null 2>&1
  `;

function runBash(source: string): string[][] {
  const { stdout } = spawnSync('bash', ['--norc', '-c', `${reporter}eval "$1"`, 'bash', source], {
    cwd: folder,
    timeout: 5000,
    encoding: 'utf8',
  });
  const lines = stdout.split('\0').slice(0, -1);
  return lines.map((line) => line.replaceAll('\x1e', '\n').split('\x1f'));
}

it.skipIf(!hasBash)('sees every command that bash runs', { timeout: 60_000 }, () => {
  let state = 5;
  const random = (bound: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % bound;
  };
  const pieces = [
    'qa',
    'qb',
    'qc',
    ' ',
    ' ',
    ' ',
    "'",
    '"',
    '\\',
    ';',
    '&&',
    '||',
    '|',
    '\n',
    '$(',
    ')',
    '(',
    '`',
    '#',
    '{ ',
    '; }',
    'if ',
    '; then ',
    '; fi',
    '! ',
    'X=1 ',
    '<<<',
    '$',
    '~',
    '*',
  ];
  let compared = 0;
  for (let round = 0; round < 4000 && compared < 700; round++) {
    const source = `qa ${Array.from({ length: 2 + random(9) }, () => pieces[random(pieces.length)]).join('')}`;
    const reading = readShell(source);
    if (reading.problems.length > 0) continue;
    compared += 1;
    for (const words of runBash(source)) {
      const isSeen = reading.commands.some(
        (command) =>
          command.words[0]?.text === words[0] &&
          (command.words.some((word) => !word.literal || word.glob || word.text.startsWith('~')) ||
            command.words.map((word) => word.text).join('\0') === words.join('\0')),
      );
      expect(isSeen, `${JSON.stringify(source)} ran ${JSON.stringify(words)}`).toBe(true);
    }
  }
  expect(compared).toBeGreaterThan(300);
});
