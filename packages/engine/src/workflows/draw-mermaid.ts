// A workflow as a Mermaid flow chart.
import { barriersOf } from './barriers.ts';
import { stepWords } from './step-words.ts';
import type { Step, Workflow } from './workflow.ts';

/** The chart's text. */
export function drawMermaid(workflow: Workflow): string {
  const lines = ['flowchart TD', `  start([${quoted(`${workflow.workflow} v${workflow.version}`)}])`];
  const last = sequence(lines, workflow.steps, [{ from: 'start' }], '  ');
  lines.push('  finish([end])', ...last.map((edge) => `  ${arrow(edge, 'finish')}`));
  return `${lines.join('\n')}\n`;
}

/** An open end of the chart: what comes next hangs on it. */
interface OpenEnd {
  readonly from: string;
  readonly label?: string;
}

function sequence(lines: string[], steps: readonly Step[], ends: readonly OpenEnd[], indent: string): OpenEnd[] {
  let open = [...ends];
  for (const step of steps) open = drawStep(lines, step, open, indent);
  return open;
}

function drawStep(lines: string[], step: Step, ends: readonly OpenEnd[], indent: string): OpenEnd[] {
  const condition = step.when;
  if (condition === undefined) return drawBody(lines, step, ends, indent);
  const gate = `${nodeOf(step)}_when`;
  lines.push(`${indent}${gate}{${quoted(condition)}}`, ...ends.map((end) => `${indent}${arrow(end, gate)}`));
  return [...drawBody(lines, step, [{ from: gate, label: 'yes' }], indent), { from: gate, label: 'no' }];
}

const shapes: Partial<Record<Step['kind'], readonly [string, string]>> = {
  ask: ['[/', '/]'],
  barrier: ['{{', '}}'],
  workflow: ['[[', ']]'],
};

function drawBody(lines: string[], step: Step, ends: readonly OpenEnd[], indent: string): OpenEnd[] {
  const node = nodeOf(step);
  if (step.kind !== 'parallel' && step.kind !== 'repeat' && step.kind !== 'steps') {
    const shape = shapes[step.kind] ?? ['[', ']'];
    const words = [step.id, stepWords(step)].filter((text) => text !== '').join('\n');
    lines.push(
      `${indent}${node}${shape[0]}${quoted(words)}${shape[1]}`,
      ...ends.map((end) => `${indent}${arrow(end, node)}`),
    );
    return [{ from: node }];
  }
  lines.push(
    `${indent}subgraph ${node} [${quoted([step.id, stepWords(step)].filter((text) => text !== '').join(': '))}]`,
  );
  const deeper = `${indent}  `;
  const begin = `${node}_in`;
  lines.push(`${deeper}${begin}(( ))`);
  const inner =
    step.kind === 'parallel'
      ? step.branches.flatMap((branch) => drawStep(lines, branch, [{ from: begin }], deeper))
      : sequence(lines, step.inner, [{ from: begin }], deeper);
  if (step.kind === 'parallel') lines.push(...meetings(step).map((line) => `${deeper}${line}`));
  if (step.kind === 'repeat') lines.push(...inner.map((end) => `${deeper}${end.from} -.->|again| ${begin}`));
  lines.push(`${indent}end`, ...ends.map((end) => `${indent}${arrow(end, begin)}`));
  return inner;
}

/** Barriers of the same name are one place. */
function meetings(step: Step & { readonly kind: 'parallel' }): string[] {
  return barriersOf(step).flatMap(({ name, visits }) =>
    visits.slice(1).map((visit, index) => {
      const before = visits[index]?.step ?? visit.step;
      return `${nodeOf(before)} <-.->|${quoted(name)}| ${nodeOf(visit.step)}`;
    }),
  );
}

function nodeOf({ id }: Step): string {
  return `s_${id.replace(/-/g, '_')}`;
}

function arrow({ from, label }: OpenEnd, to: string): string {
  return label === undefined ? `${from} --> ${to}` : `${from} -->|${label}| ${to}`;
}

/** Mermaid knows no escapes but entities. */
function quoted(text: string): string {
  const safe = text.replace(/[&"<>#`]/g, (letter) => `#${letter.charCodeAt(0)};`);
  return `"${safe.replace(/\n/g, '<br/>')}"`;
}
