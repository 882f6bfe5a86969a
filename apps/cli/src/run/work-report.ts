// What a kind of work leaves besides its outcome: a SARIF file, a plan as Markdown; and the plan that is carried out later.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { auditFiles, type SessionStore, toSarif } from '@monkey-coder/engine';
import {
  errorMessage,
  formatMicroUsd,
  isAtLeast,
  MonkeyError,
  type ReviewFinding,
  type Severity,
  type WorkReport,
} from '@monkey-coder/protocol';
import { createWorkspace } from '@monkey-coder/workspace';
import { type CommandLine, optionValue } from '../command-line/parse.ts';
import type { World } from '../configuration/environment.ts';
import { printable } from '../terminal/style.ts';

/** Writes what the flags ask for. Throws MonkeyError `workspace.io`. */
export function writeWorkFiles(world: World, line: CommandLine, report: WorkReport): void {
  const sarif = optionValue(line, 'sarif');
  if (sarif !== undefined) writeOut(world, sarif, `${JSON.stringify(toSarif(report, world.version), null, 2)}\n`);
  const out = optionValue(line, 'out');
  if (out !== undefined && report.plan !== undefined) writeOut(world, out, planText(report.plan));
}

/** Refuses a place for a file before anything is paid for; `-` is standard output, which another format may not share. */
export function refuseBadTarget(line: CommandLine): void {
  const isShared = line.options.has('json') || line.options.has('output-format');
  if (optionValue(line, 'sarif') === '-' && isShared)
    throw new MonkeyError('usage.invalid', '--sarif - and --json both want standard output: name a file');
}

function writeOut(world: World, target: string, text: string): void {
  if (target === '-') {
    world.out(text);
    return;
  }
  try {
    writeFileSync(resolve(world.cwd, target), text);
  } catch (error) {
    throw new MonkeyError('workspace.io', `${target} cannot be written: ${errorMessage(error)}`, { cause: error });
  }
}

/** A plan as Markdown. */
export function planText({ goal, steps, risks, estimate }: NonNullable<WorkReport['plan']>): string {
  const cost = estimate.costMicroUsd === null ? 'price unknown' : `about ${formatMicroUsd(estimate.costMicroUsd)}`;
  return [
    `# ${goal || 'Plan'}`,
    '',
    ...steps.flatMap(({ title, files, check }, index) => [
      `${index + 1}. ${title}`,
      ...files.map(({ path, change }) => `   - ${change} \`${path}\``),
      ...(check === undefined ? [] : [`   - check: ${check}`]),
    ]),
    ...(risks.length === 0 ? [] : ['', '## Risks', '', ...risks.map((risk) => `- ${risk}`)]),
    '',
    `Estimate: ${estimate.files} files, ${estimate.lines} lines, ${estimate.tokens} tokens, ${cost}.`,
    '',
  ].join('\n');
}

/** The newest plan of a folder, and its session. Throws MonkeyError `session.not-found`. */
export function newestPlan(
  sessions: SessionStore,
  cwd: string,
): { readonly sessionId: string; readonly plan: NonNullable<WorkReport['plan']> } {
  for (const { id } of sessions.list({ cwd })) {
    const done = sessions.read(id).findLast((event) => event.type === 'run.finished' && event.outcome.work?.plan);
    if (done?.type === 'run.finished' && done.outcome.work?.plan)
      return { sessionId: id, plan: done.outcome.work.plan };
  }
  throw new MonkeyError('session.not-found', `there is no plan of ${cwd}`, {
    advice: 'Make one first: monkey plan "what is to be done".',
  });
}

/** `monkey audit --no-model`: what patterns find, printed; no model is asked and nothing is executed. */
export async function auditAlone(
  world: World,
  line: CommandLine,
  { cwd, targets }: { readonly cwd: string; readonly targets: readonly string[] },
): Promise<number> {
  const { homes, environment, now, newId } = world;
  const options = { root: cwd, addedFolders: [], stateFolder: homes.state, protectedFolders: [homes.config] };
  const workspace = createWorkspace({ ...options, environment, now, newId });
  try {
    const { findings, evidence } = await auditFiles(workspace, targets, new AbortController().signal);
    const failing = findings.filter(({ severity }) => isAtLeast(severity, failOnOf(line))).length;
    const report: WorkReport = {
      kind: 'audit',
      verdict: 'verified',
      reasons: [`${evidence.what}: ${evidence.detail}`],
      evidence: [evidence],
      findings: [...findings],
      dropped: [],
      failing,
    };
    writeWorkFiles(world, line, report);
    const { kind, ...rest } = report;
    if (line.options.has('json'))
      world.out(
        `${JSON.stringify({ type: 'result', exit_code: failing > 0 ? 1 : 0, kind: { name: kind, ...rest } })}\n`,
      );
    else if (optionValue(line, 'sarif') !== '-')
      world.out(`${[...findings.map(findingLine), ...report.reasons].join('\n')}\n`);
    return failing > 0 ? 1 : 0;
  } finally {
    await workspace.close();
  }
}

function failOnOf(line: CommandLine): Severity | 'never' {
  return (optionValue(line, 'fail-on') ?? 'low') as Severity | 'never';
}

/** One finding for people. */
export function findingLine({ file, line, severity, title, why, example }: ReviewFinding): string {
  const shown = example === undefined ? '' : ` [example ${example.result}]`;
  return printable(
    `${file}:${line} ${severity}: ${title}${shown}${why === '' ? '' : `\n    ${why.replaceAll('\n', '\n    ')}`}`,
  );
}
