// `npm run bench:prefix`: how much of what is sent was sent before, word for word, so that a provider's prompt cache can give it cheaply.
//
// A session of thirty turns in ten runs, each resumed in a new process: once with room for all of it, once in a window so small that
// old output is replaced and the history is summed up on the way. Counted are bytes of tools, system text and messages, in the order
// in which providers cache them: what begins a request as it began the one before.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { cleanEnvironment, markdownTable } from '../lib/measure.mjs';
import { monkeyCli, temporaryFolder } from '../lib/task.mjs';

const runs = 10;
const goal = 90;
const rows = [['session of 30 turns', 'requests', 'sent', 'cacheable', 'goal', 'met']];
for (const [name, maxContextTokens] of [
  ['with room for all of it', 200_000],
  ['relieved on the way, window of 24,000 tokens', 24_000],
]) {
  const requests = await session(maxContextTokens);
  const { sent, known } = cacheable(requests);
  const share = (100 * known) / sent;
  rows.push([
    name,
    String(requests.length),
    `${Math.round(sent / 1000)} KB`,
    `${share.toFixed(1)} %`,
    `>= ${goal} %`,
    share >= goal ? 'yes' : 'NO',
  ]);
}
console.log(markdownTable(rows));
process.exitCode = rows.some((row) => row.at(-1) === 'NO') ? 1 : 0;

/** The bodies of all requests of the agent's own turns, in order. */
async function session(maxContextTokens) {
  const home = temporaryFolder('prefix');
  const cwd = join(home, 'work');
  mkdirSync(cwd, { recursive: true });
  mkdirSync(join(home, 'monkey', 'config'), { recursive: true });
  for (let at = 0; at < runs; at++)
    writeFileSync(join(cwd, `part${at}.txt`), `line ${at} of a file that is read\n`.repeat(140));
  writeFileSync(
    join(home, 'monkey', 'config', 'settings.json'),
    JSON.stringify({ limits: { maxContextTokens }, router: { models: [] } }),
  );
  const requests = [];
  const server = createServer((request, response) => answer(request, response, requests));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = cleanEnvironment(home, {
    OPENAI_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`,
    OPENAI_API_KEY: 'bench',
  });
  for (let run = 0; run < runs; run++) await once(run, cwd, env);
  server.closeAllConnections();
  server.close();
  return requests;
}

function once(run, cwd, env) {
  const more = run === 0 ? [] : ['--continue'];
  const words = [
    '-p',
    '--permission-mode',
    'bypassPermissions',
    '-m',
    'openai/bench',
    ...more,
    `what is in part ${run}?`,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [monkeyCli, ...words], { cwd, env, stdio: 'ignore' });
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`run ${run} ended with ${code}`))));
  });
}

/** Two calls and an answer in each run; a request for a summary gets one and is not counted: it is not a turn. */
function answer(request, response, requests) {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (piece) => {
    text += piece;
  });
  request.on('end', () => {
    const body = JSON.parse(text);
    const isSummary = JSON.stringify(body.messages.at(-1)).includes('The conversation is about to be cut');
    if (!isSummary) requests.push(body);
    const turn = requests.length - 1;
    const run = Math.floor(turn / 3);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (isSummary) response.end(said('The parts were read one after another.'));
    else if (turn % 3 === 0) response.end(called(turn, 'read', { path: `part${run}.txt` }));
    else if (turn % 3 === 1) response.end(called(turn, 'bash', { command: `wc part${run}.txt` }));
    else response.end(said(`Part ${run} has the same line many times.`));
  });
}

function said(content) {
  return stream({ content }, 'stop');
}

function called(turn, name, given) {
  const call = { index: 0, id: `call_${turn}`, type: 'function', function: { name, arguments: JSON.stringify(given) } };
  return stream({ tool_calls: [call] }, 'tool_calls');
}

function stream(delta, reason) {
  const chunk = (choice) =>
    `data: ${JSON.stringify({ id: 'c', model: 'bench', choices: [{ index: 0, ...choice }] })}\n\n`;
  return `${chunk({ delta: { role: 'assistant', ...delta } })}${chunk({ delta: {}, finish_reason: reason })}data: [DONE]\n\n`;
}

/** Bytes sent in all, and those of them that begin a request as they began the one before. */
function cacheable(requests) {
  let [sent, known] = [0, 0];
  let before = [];
  for (const { tools, messages } of requests) {
    const pieces = [tools, ...messages].map((piece) => JSON.stringify(piece));
    let isKnown = true;
    pieces.forEach((piece, at) => {
      isKnown &&= before[at] === piece;
      sent += piece.length;
      if (isKnown) known += piece.length;
    });
    before = pieces;
  }
  return { sent, known };
}
