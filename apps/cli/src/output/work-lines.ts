// What a kind of work came to, in lines for people: evidence, findings with their reasons, a plan with its steps.
import { formatMicroUsd, type Outcome, type WorkReport } from '@monkey-coder/protocol';
import { printable, type Style } from '../terminal/style.ts';

/** The lines; none where the run was no kind of work. */
export function workLines({ work }: Outcome, style: Style): string[] {
  if (work === undefined) return [];
  const mark = { holds: style.green('✓'), fails: style.red('✗'), unknown: style.yellow('?') };
  const evidence = work.evidence.map(
    ({ what, result, detail }) => `  ${mark[result]} ${printable(detail === '' ? what : `${what}: ${detail}`)}`,
  );
  const findings = (work.findings ?? []).flatMap(({ file, line, severity, title, why }) => [
    `  ${style.bold(severity)} ${printable(`${file}:${line} ${title}`)}`,
    ...(why === '' ? [] : [`    ${style.dim(printable(why))}`]),
  ]);
  const plan = work.plan === undefined ? [] : planLines(work.plan, style);
  return [`  ${style.dim(work.kind.padEnd(8))} ${work.verdict}`, ...evidence, ...findings, ...plan];
}

function planLines({ goal, steps, risks, estimate }: NonNullable<WorkReport['plan']>, style: Style): string[] {
  const { files: count, tokens, costMicroUsd } = estimate;
  const cost = costMicroUsd === null ? 'price unknown' : `about ${formatMicroUsd(costMicroUsd)}`;
  return [
    `  ${style.dim('goal')}     ${printable(goal)}`,
    ...steps.flatMap(({ title, files, check }, index) => [
      `  ${index + 1}. ${printable(title)}`,
      ...files.map(({ path, change }) => `     ${change} ${printable(path)}`),
      ...(check === undefined ? [] : [`     ${style.dim(`check: ${printable(check)}`)}`]),
    ]),
    ...risks.map((risk) => `  ${style.dim('risk')}     ${printable(risk)}`),
    `  ${style.dim('estimate')} ${count} file${count === 1 ? '' : 's'}, ${tokens} tokens, ${cost}`,
    `  ${style.dim('do it')}    monkey plan --apply`,
  ];
}
