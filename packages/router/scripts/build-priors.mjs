// Writes src/evidence/public-priors.ts from a table of public results.   node packages/router/scripts/build-priors.mjs PRIORS.json
//
// Kept are counts and mean costs per model and kind of work: facts of Aider's polyglot leader board (Apache-2.0) and of the OpenHands index (MIT).
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { asOf, rows } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const models = new Map();
for (const row of rows) {
  const kind = row.benchmark === 'aider-polyglot' ? 'aider' : /^openhands-(\w+)$/.exec(row.benchmark)?.[1];
  if (!kind || !row.tasks || (kind === 'aider' && !row.model)) continue;
  const name = row.model ? `${row.provider}/${row.model}` : '';
  const key = name || row.label;
  const entry = models.get(key) ?? { name, labels: new Set(), results: {} };
  models.set(key, entry);
  if (kind !== 'aider') entry.labels.add(row.label);
  const solved = row.solved ?? Math.round(row.rate * row.tasks);
  const before = entry.results[kind];
  if (!before || solved / row.tasks > before[0] / before[1])
    entry.results[kind] = [solved, row.tasks, row.costPerTask === null ? 0 : Math.round(row.costPerTask * 1e6)];
}
const lines = [...models.values()]
  .sort((a, b) => (`${a.name}${[...a.labels]}` < `${b.name}${[...b.labels]}` ? -1 : 1))
  .map(({ name, labels, results }) => JSON.stringify([name, [...labels].join('|'), results]));
const text = `// Made by scripts/build-priors.mjs: public results as of ${asOf}. Do not edit.
//
// Aider polyglot leader board (Aider-AI/aider, Apache-2.0) and OpenHands index results (OpenHands/openhands-index-results, MIT): counts and mean costs only.

/** \`[provider/model, labels of the source, { kind: [solved, tasks, mean micro-dollars a task or 0] }]\` a line, as JSON. */
export const publicResults = \`
${lines.join('\n')}
\`;
`;
writeFileSync(join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'evidence', 'public-priors.ts'), text);
