// Formats files of a project: by its own formatters, else by those that are bundled, and of a file that was there before only what was changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { SafeWriter } from '../files/atomic-write.ts';
import type { RunGit } from '../git/run-git.ts';
import type { Formatter } from '../project/format-command.ts';
import { bundledFormatter } from './bundled-formatters.ts';
import { changedLines, formattedOnly } from './changed-lines.ts';
import type { CheckLimits, CheckSubject } from './check.ts';
import { type FormatOutcome, formatFiles } from './format-check.ts';

/** What files are formatted with. */
export interface FormattingMeans {
  /** The project's own. */
  readonly formatters: readonly Formatter[];
  /** Real path. */
  readonly root: string;
  readonly commands: CommandRunner;
  readonly runGit: RunGit;
  readonly writer: Pick<SafeWriter, 'write'>;
  readonly limits: CheckLimits;
  readonly signal: AbortSignal;
}

interface Written {
  readonly text: string;
  /** Lines (1-based) that the last commit does not have. */
  readonly lines: readonly number[];
}

/** Formats what is in the subject's scope, in place. */
export async function formatProject(subject: CheckSubject, means: FormattingMeans): Promise<FormatOutcome[]> {
  const { formatters, root, commands, runGit, writer, limits, signal } = means;
  const scope = subject.scope ?? subject.paths;
  const written = new Map<string, Written>();
  for (const path of scope) {
    const text = subject.read(path);
    if (text !== null) written.set(path, { text, lines: await changedLines({ root, path, text }, runGit, signal) });
  }
  const own = await formatFiles(formatters, scope, { commands, limits, signal });
  const taken = new Set(own.flatMap(({ files }) => files));
  for (const path of taken) {
    const before = written.get(path);
    const formatted = readFileSync(join(root, path), 'utf8');
    if (before === undefined || before.text === formatted) continue;
    const kept = formattedOnly(before.text, formatted, before.lines);
    if (kept !== formatted) writer.write(join(root, path), Buffer.from(kept));
  }
  const rest = new Map([...written].filter(([path]) => !taken.has(path)));
  return [...own, ...(await formatWithBundled(rest, subject, means))];
}

async function formatWithBundled(
  files: ReadonlyMap<string, Written>,
  { profile }: CheckSubject,
  { root, writer, signal }: FormattingMeans,
): Promise<FormatOutcome[]> {
  const outcomes = new Map<string, { files: string[]; failures: string[] }>();
  for (const [path, { text, lines }] of files) {
    const formatter = lines.length === 0 ? null : bundledFormatter(path, profile.patterns);
    if (formatter === null) continue;
    signal.throwIfAborted();
    const outcome = outcomes.get(formatter.name) ?? { files: [], failures: [] };
    outcomes.set(formatter.name, outcome);
    outcome.files.push(path);
    try {
      const kept = formattedOnly(text, await formatter.format(text), lines);
      if (kept !== text) writer.write(join(root, path), Buffer.from(kept));
    } catch (error) {
      outcome.failures.push(`${path}: ${firstLine(error)}`);
    }
  }
  return [...outcomes].map(([formatter, { files: formatted, failures }]) => ({
    formatter,
    files: formatted,
    failure: failures.join('\n'),
  }));
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
