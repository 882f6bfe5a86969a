// `npm run bench:session`: a session of thousands of turns with hundreds of megabytes of tool output: peak memory, log, requests.
//
//   npm run bench:session                  2,000 turns with 100 KB of output each
//   npm run bench:session -- --turns 200   fewer
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { canMeasure, cleanEnvironment, markdownTable, measure } from '../lib/measure.mjs';
import { monkeyCli, temporaryFolder } from '../lib/task.mjs';

if (!canMeasure()) {
  console.error(
    'bench: GNU time (/usr/bin/time) is needed for the memory of a whole process; install the package "time".',
  );
  process.exit(1);
}
const at = process.argv.indexOf('--turns');
const turns = at < 0 ? 2000 : Number(process.argv[at + 1]);
const outputBytes = 100_000;
const home = temporaryFolder('session');
const cwd = join(home, 'work');
mkdirSync(cwd, { recursive: true });
mkdirSync(join(home, 'monkey', 'config'), { recursive: true });
writeFileSync(
  join(cwd, 'big.txt'),
  'a line of some output that a build might print\n'.repeat(2128).slice(0, outputBytes),
);
writeFileSync(
  join(home, 'monkey', 'config', 'settings.json'),
  JSON.stringify({ limits: { maxTurns: turns + 10, maxMinutes: 60, maxContextTokens: 60_000 } }),
);

let answered = 0;
let summaries = 0;
let largestRequest = 0;
const server = createServer((request, response) => {
  let size = 0;
  let tail = '';
  request.setEncoding('utf8');
  request.on('data', (piece) => {
    size += piece.length;
    tail = (tail + piece).slice(-4000);
  });
  request.on('end', () => {
    largestRequest = Math.max(largestRequest, size);
    const isSummary = tail.includes('The conversation is about to be cut');
    if (isSummary) summaries += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(isSummary ? said('A summary.') : answered++ < turns ? called(answered) : said('Done.'));
  });
});

function said(content) {
  return stream({ content }, 'stop');
}

function called(number) {
  const call = { command: `cat big.txt; echo ${number}` };
  const fn = { name: 'bash', arguments: JSON.stringify(call) };
  return stream({ tool_calls: [{ index: 0, id: `call_${number}`, type: 'function', function: fn }] }, 'tool_calls');
}

function stream(delta, reason) {
  const chunk = (choice) =>
    `data: ${JSON.stringify({ id: 'c', model: 'bench', choices: [{ index: 0, ...choice }] })}\n\n`;
  return `${chunk({ delta: { role: 'assistant', ...delta } })}${chunk({ delta: {}, finish_reason: reason })}data: [DONE]\n\n`;
}

await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const env = cleanEnvironment(home, {
  OPENAI_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`,
  OPENAI_API_KEY: 'bench',
});
const args = [monkeyCli, '-p', '--permission-mode', 'bypassPermissions', '-m', 'openai/bench', 'read on'];
const result = await measure(process.execPath, args, { cwd, env });
server.closeAllConnections();
server.close();

const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
const logMb = sizeOf(join(home, 'monkey', 'state', 'sessions')) / 1e6;
const rows = [
  ['what', 'measured', 'goal', 'met'],
  [
    `turns answered (exit ${result.code})`,
    String(Math.min(answered, turns)),
    String(turns),
    answered >= turns ? 'yes' : 'NO',
  ],
  ['tool output, MB', ((turns * outputBytes) / 1e6).toFixed(0), '', ''],
  ['peak memory', `${result.peakMb.toFixed(0)} MB`, '≤ 150 MB', result.peakMb <= 150 ? 'yes' : 'NO'],
  ['session log', `${logMb.toFixed(0)} MB`, 'bounded per turn', logMb / turns < 0.1 ? 'yes' : 'NO'],
  ['largest request', `${(largestRequest / 1e6).toFixed(2)} MB`, '', ''],
  ['summaries asked for', String(summaries), '', ''],
  ['CPU per turn', `${(result.cpuMs / turns).toFixed(1)} ms`, '', ''],
];
console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}\n\n${markdownTable(rows)}`);
if (result.code !== 0) console.error(result.stderr.slice(-500));
process.exitCode = rows.some((row) => row[3] === 'NO') ? 1 : 0;
