// The project's own formatter: are the files in scope formatted, and formatting what was written.
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Formatter } from '../project/format-command.ts';
import { type Check, type CheckLimits, type CheckResult, type CheckSubject, pathsInScope } from './check.ts';
import { commandCheck } from './command-check.ts';

const maxFiles = 500;

/** A check that the files in scope are as the formatter would write them; skipped where it has no such mode or nothing to look at. */
export function formatCheck(formatter: Formatter, limits: CheckLimits): Check {
  const base = { kind: 'format', name: formatter.name } as const;
  const skipped = (reason: string): CheckResult => ({
    ...base,
    status: 'skipped',
    reason,
    findings: [],
    receipt: null,
  });
  return {
    ...base,
    async run(subject: CheckSubject, signal) {
      const files = filesOf(formatter, pathsInScope(subject));
      if (formatter.check === null) return skipped(`${formatter.name} has no mode that only looks`);
      if (files.length === 0) return skipped('no files for it');
      const whole = subject.scope === null && formatter.name === 'biome' ? ['.'] : files.slice(0, maxFiles);
      const { cwd, evidence } = formatter;
      const command = `${formatter.check} ${whole.map(quoted).join(' ')}`;
      const result = await commandCheck({ kind: 'format', command, cwd, evidence }, limits).run(subject, signal);
      return { ...result, name: formatter.name };
    },
  };
}

/** What formatting came to. */
export interface FormatOutcome {
  readonly formatter: string;
  readonly files: readonly string[];
  /** Empty when it went well; else the end of what the formatter said. */
  readonly failure: string;
}

/**
 * Formats these files in place with the project's own formatters, each file by the first that takes it. This writes: call it
 * when the user asked for it, or on files the agent alone has written.
 */
export async function formatFiles(
  formatters: readonly Formatter[],
  paths: readonly string[],
  {
    commands,
    limits,
    signal,
  }: { readonly commands: CommandRunner; readonly limits: CheckLimits; readonly signal: AbortSignal },
): Promise<FormatOutcome[]> {
  const outcomes: FormatOutcome[] = [];
  const taken = new Set<string>();
  for (const formatter of formatters) {
    const files = filesOf(
      formatter,
      paths.filter((path) => !taken.has(path)),
    );
    if (files.length === 0) continue;
    for (const file of files) taken.add(inProject(formatter, file));
    const { exitCode, output } = await commands.run({
      command: `${formatter.write} ${files.map(quoted).join(' ')}`,
      ...(formatter.cwd === '.' ? {} : { cwd: formatter.cwd }),
      timeoutMs: limits.timeoutMs,
      maxOutputBytes: 16 * 1024,
      network: false,
      writable: true,
      sandbox: limits.sandbox ?? 'preferred',
      signal,
    });
    const failure = exitCode === 0 ? '' : output.trim().slice(-500) || `ended with ${exitCode}`;
    outcomes.push({ formatter: formatter.name, files: files.map((file) => inProject(formatter, file)), failure });
  }
  return outcomes;
}

/** Files below the formatter's folder that it takes, relative to that folder. */
function filesOf({ cwd, files }: Formatter, paths: readonly string[]): string[] {
  const base = cwd === '.' ? '' : `${cwd}/`;
  return paths.filter((path) => path.startsWith(base) && files.test(path)).map((path) => path.slice(base.length));
}

function inProject({ cwd }: Formatter, file: string): string {
  return cwd === '.' ? file : `${cwd}/${file}`;
}

/** A path as one word of a POSIX shell; a leading dash is no option. */
export function quoted(path: string): string {
  const safe = path.startsWith('-') ? `./${path}` : path;
  return /^[\w./@+-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
