// Draws a routing decision for the terminal: chains by cost and success, and what is believed of each model.
import type { RouteExplanation } from '@monkey-coder/router';
import { printable } from '../terminal/style.ts';

const width = 64;
const height = 14;

/** The front of chains (`o`, the chosen one `X`, single models by letter) over cost, and the 90 % intervals of the models. */
export function plotRoute(found: RouteExplanation): string {
  return `${scatter(found)}\n\n${posteriors(found)}\n`;
}

function scatter({ front, models, chosen }: RouteExplanation): string {
  const points = [
    ...front.map((one) => ({ cost: one.costMicroUsd, success: one.success, mark: 'o' })),
    ...models.map((one, index) => ({
      cost: one.forecast.costMicroUsd.mean,
      success: one.forecast.success.mean,
      mark: letter(index),
    })),
    { cost: chosen.costMicroUsd, success: chosen.success, mark: 'X' },
  ];
  const costs = points.map((point) => Math.log10(Math.max(1, point.cost)));
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const successes = points.map((point) => point.success);
  const [low, high] = [Math.min(...successes), Math.max(...successes)];
  const rows = Array.from({ length: height }, () => Array.from({ length: width }, () => ' '));
  for (const [index, point] of points.entries()) {
    const x = Math.round(((width - 1) * ((costs[index] ?? 0) - least)) / (most - least || 1));
    const y = Math.round(((height - 1) * (high - point.success)) / (high - low || 1));
    const row = rows[y];
    if (row) row[x] = point.mark;
  }
  const label = (index: number): string => (index === 0 ? percent(high) : index === height - 1 ? percent(low) : '');
  const lines = rows.map((row, index) => `${label(index).padStart(5)} │${row.join('').trimEnd()}`);
  const ends = `${dollars(10 ** least)}`.padEnd(width - 8) + dollars(10 ** most).padStart(8);
  return [
    'success over cost of a task (logarithmic); o: no chain is better and cheaper, X: chosen',
    ...lines,
    `      └${'─'.repeat(width)}`,
    `       ${ends}`,
  ].join('\n');
}

function posteriors({ models }: RouteExplanation): string {
  const widest = Math.max(...models.map((one) => one.model.length));
  const lines = models.map(({ model, forecast }, index) => {
    const { low, mean, high } = forecast.success;
    const at = (share: number): number => Math.round(share * 40);
    const bar = Array.from({ length: 41 }, (_, x) => {
      if (x === at(mean)) return '|';
      return x >= at(low) && x <= at(high) ? '=' : '·';
    }).join('');
    return `${letter(index)} ${printable(model).padEnd(widest)}  ${bar}  ${percent(mean)}`;
  });
  return ['chance of success alone, 0 to 100 %, 90 % interval', ...lines].join('\n');
}

function letter(index: number): string {
  return String.fromCharCode(97 + (index % 26));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function dollars(microUsd: number): string {
  return `$${(microUsd / 1e6).toPrecision(2)}`;
}
