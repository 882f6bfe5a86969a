// `npm run evaluate -- routing DIR [--seeds N] [--json]`: the data's own evaluator with our router beside its baselines, then chains and intervals.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chainsAtEqualSuccess, intervalCoverage, readOutcomes } from './routing-chains.ts';

declare const REPOSITORY_ROOT: string;

/** Ten models from cheap to dear, as the evaluator's pool has them. */
export const pool = [
  'DeepSeek-V4-Pro',
  'MiniMax-M3',
  'Gemini-3-Flash',
  'Kimi-K2.6',
  'GLM-5.1',
  'GPT-5.4',
  'GPT-5.5',
  'Gemini-3.1-Pro',
  'claude-sonnet-4-6',
  'claude-opus-4-8',
];

/** Runs the evaluation and prints its rows. Returns the figures. */
export async function evaluateRouting(folder: string, flags: readonly string[]): Promise<object> {
  const evaluator = join(resolve(folder), 'eval.mjs');
  if (!existsSync(evaluator))
    throw new Error(`${evaluator} is missing: the folder must hold the routing evaluator and its data`);
  const seeds = flags[flags.indexOf('--seeds') + 1] ?? '6';
  const isQuiet = flags.includes('--json');
  const online = runEvaluator(evaluator, flags.includes('--seeds') ? seeds : '6', isQuiet);
  const outcomes = readOutcomes(resolve(folder), pool);
  const chains = Object.fromEntries(
    [1, 2, 3].map((longest) => [longest, chainsAtEqualSuccess(outcomes, { accept: 0.95, reject: 0.8 }, longest)]),
  );
  const coverage = intervalCoverage(outcomes);
  if (!isQuiet) {
    console.log(
      '\nour chains, chosen kind by kind on four fifths and played on the rest; checks accept 95 % of right, reject 80 % of wrong\n',
    );
    console.log('| longest chain | saved at equal success | saved at 95 % of it |\n|---|---|---|');
    for (const [longest, found] of Object.entries(chains))
      console.log(`| ${longest} | ${percent(found.savedAtEqual)} | ${percent(found.savedAt95)} |`);
    console.log(
      `\n90 % intervals of success per model and kind on held-out tasks: ${percent(coverage.covered)} of ${coverage.of} cover`,
    );
  }
  return { suites: online, chains, coverage };
}

function runEvaluator(evaluator: string, seeds: string, isQuiet: boolean): unknown {
  const place = mkdtempSync(join(tmpdir(), 'monkey-routing-'));
  const file = join(place, 'figures.json');
  const policy = join(REPOSITORY_ROOT, 'bench', 'evaluate', 'routing-policy.mjs');
  try {
    const run = spawnSync(process.execPath, [evaluator, '--policy', policy, '--seeds', seeds, '--json', file], {
      stdio: ['ignore', isQuiet ? 'ignore' : 'inherit', 'inherit'],
    });
    if (run.status !== 0) throw new Error(`the evaluator ended with ${run.status}`);
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`;
}
