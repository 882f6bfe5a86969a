// Draws the pictures of the interactive terminal from a real session under tmux: what it shows, with its colours, as SVG.   node scripts/draw-terminal.mjs
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'apps', 'cli', 'dist', 'monkey.cjs');
const images = join(root, 'docs', 'images');
const size = { columns: 96, rows: 30 };
const cell = { width: 8.4, height: 18 };
const ground = '#16161a';
const ink = '#d8d8d8';

const folder = mkdtempSync(join(tmpdir(), 'monkey-draw-'));
const project = join(folder, 'shop');
const socket = `monkey-draw-${process.pid}`;
const tmux = (...words) => execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...words], { encoding: 'utf8' });
prepareProject();
const server = await serve();
try {
  await play(server.url);
} finally {
  server.stop();
  spawnSync('tmux', ['-L', socket, 'kill-server']);
  await pause(500);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function play(url) {
  const environment = [
    `MONKEY_HOME=${join(folder, 'home')}`,
    `OPENAI_BASE_URL=${url}/v1`,
    'OPENAI_API_KEY=any',
    'COLORTERM=',
  ];
  const command = `cd '${project}'; exec env -u NO_COLOR ${environment.join(' ')} '${process.execPath}' '${cli}' -m openai/scripted`;
  tmux('new-session', '-d', '-x', String(size.columns), '-y', String(size.rows), command);
  await sees('say what to do');
  await draw('terminal-start', 'The interactive terminal when it starts');
  tmux('send-keys', '-l', 'fix the failing test');
  tmux('send-keys', 'Enter');
  await sees('allow edit?');
  await draw('terminal-permission', 'A question with the change it is about');
  tmux('send-keys', 'y');
  await sees('allow bash?');
  tmux('send-keys', 'a');
  await sees('allow check?');
  tmux('send-keys', 'y');
  await sees('verified');
  await draw('terminal-verified', 'The end of a run with its evidence');
  tmux('send-keys', '-l', '/');
  await sees('/help');
  await draw('terminal-commands', 'Completion of commands');
}

async function sees(text) {
  for (let round = 0; round < 300; round++) {
    if (tmux('capture-pane', '-p').includes(text)) return pause(250);
    await pause(50);
  }
  throw new Error(`never showed ${text}:\n${tmux('capture-pane', '-p')}`);
}

async function draw(name, label) {
  mkdirSync(images, { recursive: true });
  const rows = tmux('capture-pane', '-e', '-p')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:8080')
    .replaceAll(folder, '~')
    .trimEnd()
    .split('\n');
  writeFileSync(join(images, `${name}.svg`), svg(rows, label));
  console.log(`drew docs/images/${name}.svg`);
}

function prepareProject() {
  const files = {
    'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } }, null, 2),
    'src/cart.js':
      '/** Sum of all prices, in cents. */\nexport function total(items) {\n  return items.reduce((sum, item) => sum - item.price, 0);\n}\n',
    'test/cart.test.js':
      "import assert from 'node:assert';\nimport test from 'node:test';\nimport { total } from '../src/cart.js';\n\ntest('adds prices', () => assert.equal(total([{ price: 2 }, { price: 3 }]), 5));\n",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const git = (...words) =>
    execFileSync('git', ['-C', project, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words]);
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'begin');
}

async function serve() {
  const call = (name, args) => ({ name, arguments: args });
  const todo = (...states) =>
    call('todo', {
      items: ['read the test and the code', 'fix the sum', 'run the tests'].map((text, at) => ({
        text,
        status: states[at],
      })),
    });
  const turns = [
    {
      reply: {
        text: 'I read the test and the code first.',
        toolCalls: [
          todo('in_progress', 'pending', 'pending'),
          call('read', { path: 'test/cart.test.js' }),
          call('read', { path: 'src/cart.js' }),
        ],
      },
    },
    {
      reply: {
        text: 'The test is right: `total` **subtracts** where it should add.',
        toolCalls: [
          call('edit', { path: 'src/cart.js', old_string: 'sum - item.price', new_string: 'sum + item.price' }),
        ],
      },
    },
    { reply: { toolCalls: [todo('done', 'done', 'in_progress'), call('bash', { command: 'npm test' })] } },
    {
      reply: {
        text: 'Fixed. `total` adds the prices now:\n\n```js\nitems.reduce((sum, item) => sum + item.price, 0);\n```\n\n- one line of `src/cart.js` changed\n- the tests pass',
      },
    },
  ];
  const file = join(folder, 'scenario.json');
  writeFileSync(file, JSON.stringify({ name: 'shop', turns }));
  const child = spawn(process.execPath, [cli, 'scripted', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      const match = /http:\/\/[\d.:]+/.exec(String(chunk));
      if (match) resolve(match[0]);
    });
  });
  return { url, stop: () => child.kill() };
}

function svg(rows, label) {
  const width = Math.ceil(size.columns * cell.width) + 32;
  const height = size.rows * cell.height + 52;
  const pen = { look: {} };
  const lines = rows.flatMap((row, index) => lineOf(row, 48 + index * cell.height, pen));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    `<rect width="${width}" height="${height}" rx="10" fill="${ground}"/>`,
    '<circle cx="20" cy="18" r="5.5" fill="#ff5f57"/><circle cx="38" cy="18" r="5.5" fill="#febc2e"/><circle cx="56" cy="18" r="5.5" fill="#28c840"/>',
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${ink}">`,
    ...lines,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Each run of one colour is placed by itself, so that no font moves what is behind it. A look goes on in the next row. */
function lineOf(row, y, pen) {
  const parts = [];
  let column = 0;
  let { look } = pen;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
  for (const piece of row.split(/(\u001b\[[\d;]*m)/)) {
    if (piece.startsWith('\u001b')) look = applied(look, piece.slice(2, -1));
    else if (piece !== '') {
      const x = (16 + column * cell.width).toFixed(1);
      const length = (piece.length * cell.width).toFixed(1);
      if (look.ground)
        parts.push(`<rect x="${x}" y="${y - 13}" width="${length}" height="${cell.height}" fill="${look.ground}"/>`);
      if (piece.trim() !== '')
        parts.push(
          `<text x="${x}" y="${y}" textLength="${length}" xml:space="preserve"${styleOf(look)}>${escaped(piece)}</text>`,
        );
      column += piece.length;
    }
  }
  pen.look = look;
  return parts;
}

function styleOf({ color, isBold, isDim, isItalic }) {
  return [
    color ? ` fill="${color}"` : '',
    isBold ? ' font-weight="600"' : '',
    isDim ? ' opacity="0.6"' : '',
    isItalic ? ' font-style="italic"' : '',
  ].join('');
}

function applied(look, codes) {
  const [first = 0, , ...more] = codes.split(';').map(Number);
  // tmux writes one sequence for each change; colours of the 256 are `38;5;n`.
  if (first === 38) return { ...look, color: colorOf(more[0]) };
  if (first === 48) return { ...look, ground: colorOf(more[0]) };
  const rest = codes.split(';').slice(1).join(';');
  const next = plain(look, first);
  return rest === '' ? next : applied(next, rest);
}

function plain(look, code) {
  if (code === 0) return {};
  if (code === 39) return { ...look, color: undefined };
  if (code === 22) return { ...look, isBold: false, isDim: false };
  if (code === 23) return { ...look, isItalic: false };
  if (code === 49) return { ...look, ground: undefined };
  const shapes = { 1: 'isBold', 2: 'isDim', 3: 'isItalic' };
  if (shapes[code]) return { ...look, [shapes[code]]: true };
  return code >= 30 && code <= 37 ? { ...look, color: colorOf(code - 30) } : look;
}

/** Of xterm's 256 colours. */
function colorOf(index) {
  const basic = ['#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5'];
  if (index < 16) return basic[index % 8];
  if (index >= 232) return hex(Array(3).fill(8 + 10 * (index - 232)));
  const step = (value) => (value === 0 ? 0 : 55 + 40 * value);
  const at = index - 16;
  return hex([step(Math.floor(at / 36)), step(Math.floor(at / 6) % 6), step(at % 6)]);
}

function hex(parts) {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
