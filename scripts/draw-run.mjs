// Draws the README's picture from a real run: `monkey demo --fast`, its colours turned into SVG.   node scripts/draw-run.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const columns = 132;
const lineHeight = 17;
const charWidth = 7.83;
const colors = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };

const run = spawnSync(process.execPath, [join(root, 'apps', 'cli', 'dist', 'monkey.cjs'), 'demo', '--fast'], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1', NO_COLOR: '' },
});
if (run.status !== 0) throw new Error(`the demo failed (${run.status}): ${run.stderr}`);
const lines = run.stdout
  .replace(/\/\S*monkey-demo-\w+\//g, '/tmp/')
  .trim()
  .split('\n')
  .flatMap(wrap);
const target = join(root, 'docs', 'images', 'demo.svg');
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, svg(lines));
console.log(`drew ${lines.length} lines into docs/images/demo.svg`);

/** Splits a line into rows of at most `columns` visible characters, keeping the colours. */
function wrap(line) {
  const rows = [[]];
  let length = 0;
  for (const span of spansOf(line)) {
    let { text } = span;
    while (length + text.length > columns) {
      rows.at(-1).push({ ...span, text: text.slice(0, columns - length) });
      text = text.slice(columns - length);
      rows.push([{ text: '  ', codes: [] }]);
      length = 2;
    }
    rows.at(-1).push({ ...span, text });
    length += text.length;
  }
  return rows;
}

function spansOf(line) {
  const spans = [];
  let codes = [];
  const [plain = '', ...colored] = line.split('\u001b[');
  if (plain !== '') spans.push({ text: plain, codes });
  for (const part of colored) {
    const end = part.indexOf('m');
    codes = applyCode(codes, Number(part.slice(0, end)));
    if (end + 1 < part.length) spans.push({ text: part.slice(end + 1), codes });
  }
  return spans;
}

function applyCode(codes, code) {
  if (code === 22) return codes.filter((known) => known !== 1 && known !== 2);
  if (code === 39) return codes.filter((known) => known < 30);
  return [...codes, code];
}

function svg(rows) {
  const width = Math.ceil(columns * charWidth) + 40;
  const height = rows.length * lineHeight + 60;
  const text = rows.map(
    (row, index) =>
      `<text x="20" y="${50 + index * lineHeight}" xml:space="preserve">${row.map(tspan).join('')}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A run of monkey demo in a terminal">`,
    `<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>`,
    '<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>',
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="13" fill="#e6edf3">',
    ...text,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function tspan({ text, codes }) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const color = codes.map((code) => colors[code]).find(Boolean);
  const attributes = [
    color ? ` fill="${color}"` : '',
    codes.includes(1) ? ' font-weight="bold"' : '',
    codes.includes(2) ? ' opacity="0.6"' : '',
  ].join('');
  return attributes === '' ? escaped : `<tspan${attributes}>${escaped}</tspan>`;
}
