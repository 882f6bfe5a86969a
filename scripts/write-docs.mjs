// Writes the parts of the documentation that are printed from code: docs/cli.md from the help of every command.
//
//   node scripts/write-docs.mjs           writes
//   node scripts/write-docs.mjs --check   fails when what is there differs
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'docs', 'cli.md');
const text = cliPage();
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('docs/cli.md is not what the command line prints: run node scripts/write-docs.mjs');
  process.exit(1);
}

function cliPage() {
  const main = help([]);
  const names = [...main.matchAll(/^ {2}([a-z]+) {2,}\S/gm)]
    .map((match) => match[1])
    .filter((name) => name !== 'monkey');
  return [
    '# Command line',
    '',
    'Printed from the code by `node scripts/write-docs.mjs`; do not edit.',
    '',
    block(main),
    '',
    '## Commands',
    '',
    ...names.flatMap((name) => [`### ${name}`, '', block(help([name])), '']),
    ...exitCodes(),
  ].join('\n');
}

function help(words) {
  return spawnSync(process.execPath, [join(root, 'apps', 'cli', 'dist', 'monkey.cjs'), ...words, '--help'], {
    encoding: 'utf8',
  }).stdout.trimEnd();
}

function block(content) {
  return `\`\`\`text\n${content}\n\`\`\``;
}

function exitCodes() {
  return [
    '## Exit codes',
    '',
    'The same number is in `exit_code` of the `result` object of `--output-format json` and `stream-json`.',
    '',
    '| code | means |',
    '|---|---|',
    '| 0 | verified, or a question was answered |',
    '| 1 | failure |',
    '| 2 | wrong usage |',
    '| 3 | not permitted, or an approval is missing |',
    '| 4 | the budget is used up |',
    '| 5 | the limit of turns or time was reached |',
    '| 6 | checks failed |',
    '| 7 | nothing was done |',
    '| 8 | done, but unverified |',
    '| 41 | no key, or the provider refused it |',
    '| 52 | configuration |',
    '| 130, 143 | interrupted, terminated |',
    '',
  ];
}
