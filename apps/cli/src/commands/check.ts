// `monkey check`: syntax, imports, dependencies, format, types, lint, build and tests of this project, without a model.
import { relative, sep } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type {
  CheckLimits,
  CheckResult,
  Finding,
  FormatOutcome,
  MutationReport,
  ProjectChecks,
  Workspace,
} from '@monkey-coder/workspace';
import { optionNumber } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable, type Style } from '../terminal/style.ts';
import { withWorkspace } from './code.ts';

const checksFailed = 6;

/** Runs the checks; exit code 6 when one fails or a mutant of the changed lines survives. */
export const check: Command = (context) =>
  withWorkspace(context, async (workspace) => {
    const stop = new AbortController();
    const onSignal = (): void =>
      stop.abort(new MonkeyError('command.failed', 'the checks were interrupted; nothing was changed'));
    process.once('SIGINT', onSignal);
    try {
      return await runChecks(context, workspace, stop.signal);
    } finally {
      process.off('SIGINT', onSignal);
    }
  });

interface Report {
  readonly formatted: readonly FormatOutcome[];
  readonly checks: readonly CheckResult[];
  readonly mutation: MutationReport | null;
}

async function runChecks(context: CommandContext, workspace: Workspace, signal: AbortSignal): Promise<number> {
  const { world, line, style } = context;
  const checks = await workspace.checks();
  const paths = await scopeOf(context, { workspace, checks, signal });
  const limits = limitsOf(context);
  const kinds = line.options.get('only') ?? null;
  const formatted = line.options.has('fix-format')
    ? await checks.format({ paths: paths ?? ['.'], limits, signal })
    : [];
  const onResult = (result: CheckResult): void => {
    if (!context.asJson) world.out(`${printable(describeResult(result, style, line.options.has('all')))}\n`);
  };
  if (!context.asJson) for (const one of formatted) world.out(`${printable(describeFormat(one, style))}\n`);
  const results = await checks.run({ paths, kinds, limits, onResult, signal });
  const mutation = line.options.has('mutate')
    ? await checks.mutate({ paths, limits, signal, maxMutants: optionNumber(line, 'mutants') ?? 30, maxMs: 600_000 })
    : null;
  const report: Report = { formatted, checks: results, mutation };
  if (context.asJson) printJson(world, { passed: !hasFailed(report), ...report });
  else if (mutation !== null) world.out(`${printable(describeMutation(mutation, style))}\n`);
  return hasFailed(report) ? checksFailed : 0;
}

/** Files and folders that were named, or those that differ from the last commit; null for all. */
async function scopeOf(
  { line, cwd }: CommandContext,
  {
    workspace,
    checks,
    signal,
  }: { readonly workspace: Workspace; readonly checks: ProjectChecks; readonly signal: AbortSignal },
): Promise<readonly string[] | null> {
  if (line.options.has('changed')) {
    const changed = await checks.changedPaths(signal);
    if (changed === null) throw new MonkeyError('usage.invalid', '--changed needs a git repository with a commit');
    return changed;
  }
  if (line.operands.length === 0) return null;
  const checked = await Promise.all(line.operands.map((path) => workspace.check(path, 'read')));
  return checked.map(({ path, exists }, index) => {
    if (!exists) throw new MonkeyError('workspace.not-found', `${line.operands[index]} does not exist`);
    const inside = path.startsWith(sep) ? relative(cwd(), path) : path;
    return inside.split(sep).join('/');
  });
}

function limitsOf({ world, line }: CommandContext): CheckLimits {
  const seconds = optionNumber(line, 'timeout') ?? 600;
  return {
    timeoutMs: seconds * 1000,
    newId: world.newId,
    now: world.now,
    sandbox: 'preferred',
    maxOutputBytes: 1024 * 1024,
  };
}

function hasFailed({ formatted, checks, mutation }: Report): boolean {
  const survived = mutation?.results.some(({ outcome }) => outcome === 'survived') ?? false;
  return (
    survived || checks.some(({ status }) => status === 'failed') || formatted.some(({ failure }) => failure !== '')
  );
}

const mostFindings = 30;

function describeResult(result: CheckResult, style: Style, all: boolean): string {
  const { kind, name, status, reason, findings, receipt } = result;
  const mark = { passed: style.green('passed '), failed: style.red('failed '), skipped: style.dim('skipped') }[status];
  const time = receipt === null ? '' : style.dim(` ${(receipt.durationMs / 1000).toFixed(1)} s`);
  const title = name === kind ? kind : `${kind}: ${name}`;
  const head = `${mark} ${title}${time}${reason === '' ? '' : style.dim(`  ${reason}`)}`;
  const wanted = findings.filter(({ severity }) => all || severity !== 'unsure');
  const unsure = findings.length - wanted.length;
  const rows = wanted.slice(0, mostFindings).map((finding) => describeFindingLine(finding, style));
  const left = wanted.length - rows.length;
  return [
    head,
    ...rows,
    ...(left > 0 ? [`        and ${left} more: --json has all`] : []),
    ...(unsure > 0 ? [style.dim(`        ${unsure} unsure: --all shows them`)] : []),
    ...(status === 'failed' && findings.length === 0 ? [tailOf(receipt?.tail ?? '', style)] : []),
  ].join('\n');
}

function describeFindingLine({ file, line, column, severity, message, code }: Finding, style: Style): string {
  const place = [file, line, line === null ? null : column].filter((part) => part !== null).join(':');
  const paint = { error: style.red, warning: style.yellow, unsure: style.dim }[severity];
  return `        ${place} ${paint(severity)} ${message}${code === null ? '' : style.dim(` ${code}`)}`;
}

function tailOf(tail: string, style: Style): string {
  const lines = tail.trimEnd().split('\n').slice(-15);
  return style.dim(lines.map((line) => `        ${line}`).join('\n'));
}

function describeFormat({ formatter, files, failure }: FormatOutcome, style: Style): string {
  const count = `${files.length} file${files.length === 1 ? '' : 's'}`;
  return failure === ''
    ? `${style.green('format ')} ${formatter}: ${count}`
    : `${style.red('failed ')} ${formatter} on ${count}: ${failure}`;
}

function describeMutation({ command, results, untried, reason }: MutationReport, style: Style): string {
  if (reason !== '') return `${style.dim('skipped')} mutation  ${reason}`;
  const survived = results.filter(({ outcome }) => outcome === 'survived');
  const mark = survived.length === 0 ? style.green('passed ') : style.red('failed ');
  return [
    `${mark} mutation: ${command}  ${results.length - survived.length} of ${results.length} wrong versions were noticed${untried > 0 ? `, ${untried} not tried` : ''}`,
    ...survived.map(
      ({ file, line, column, change }) =>
        `        ${file}:${line}:${column} ${style.red('survived')} ${change}: no test noticed`,
    ),
  ].join('\n');
}
