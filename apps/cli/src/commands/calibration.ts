// `monkey stats --calibration`: how good the quotes were, and what the router has been doing.
import { type Calibration, calibrationOf, compareInShadow, countersOf, publicPriors } from '@monkey-coder/router';
import { type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Prints the scores of the forecasts and the counters. */
export async function calibration(context: CommandContext): Promise<number> {
  const { world } = context;
  const records = await context.engine().experience();
  const scores = calibrationOf(records);
  const counters = countersOf(records);
  const shadow = compareInShadow(records, publicPriors([]));
  if (context.asJson) return printJson(world, { calibration: scores, counters, shadow });
  if (records.length === 0) {
    world.out('no runs yet: nothing to score\n');
    return 0;
  }
  world.out(
    `${records.length} runs, ${scores.runs} with a forecast and a verdict\n` +
      `Brier score ${number(scores.brier)} (always saying the average: ${number(scores.brierOfAverage)})\n` +
      `90 % intervals held: cost ${percent(scores.costCovered)}, time ${percent(scores.timeCovered)}\n${requotes(scores.requoted)}\n`,
  );
  if (scores.buckets.length > 0) {
    const rows = scores.buckets.map(({ from, runs, forecast, happened }) => [
      `${Math.round(from * 100)}–${Math.round(from * 100) + 20} %`,
      String(runs),
      percent(forecast),
      percent(happened),
    ]);
    world.out(`${formatTable([['forecast', 'runs', 'mean', 'came true'], ...rows], [1, 2, 3])}\n\n`);
  }
  const chains = Object.entries(counters.chains).sort((a, b) => b[1] - a[1]);
  world.out(
    `${formatTable([['chain', 'runs'], ...chains.map(([chain, runs]) => [printable(chain), String(runs)])], [1])}\n\n`,
  );
  const { decisionMs, explored, exploreShare, regretSingle, regretChain } = counters;
  if (decisionMs) world.out(`decision: ${decisionMs.p50} ms, 95th percentile ${decisionMs.p95} ms\n`);
  world.out(`tried out: ${explored} of ${records.length} runs, expected loss ${percent(exploreShare)} of spending\n`);
  world.out(`estimated regret a run: best single model ${number(regretSingle)}, best chain ${number(regretChain)}\n`);
  const policies = shadow.map((one) => [
    one.policy,
    one.mean.toFixed(3),
    Number.isFinite(one.error) ? one.error.toFixed(3) : 'not known',
    one.effective.toFixed(0),
    one.mayBePromoted ? 'better: set router.policy' : '',
  ]);
  world.out(`\nwhat each policy would have earned on these runs (inverse propensity)\n`);
  world.out(`${formatTable([['policy', 'reward', 'error', 'runs behind it', ''], ...policies], [1, 2, 3])}\n`);
  return 0;
}

function requotes({ runs, brier, costCovered, timeCovered }: Calibration['requoted']): string {
  if (runs === 0) return '';
  return `after a rejection, ${runs} times: Brier score ${number(brier)}; intervals of the rest held: cost ${percent(costCovered)}, time ${percent(timeCovered)}\n`;
}

function number(value: number | null): string {
  return value === null ? 'not known yet' : value.toFixed(3);
}

function percent(share: number | null): string {
  return share === null ? 'not known yet' : `${Math.round(share * 100)} %`;
}
