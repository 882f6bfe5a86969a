// Which checks a project has: our own first, because they cost nothing, then its commands.

import { configurationOf } from '../project/configuration-files.ts';
import { type Formatter, formattersOfAll } from '../project/format-command.ts';
import { folderOf } from '../project/part.ts';
import type { ProjectProfile } from '../project/project-profile.ts';
import { createProjectReader } from '../project/project-reader.ts';
import type { Check, CheckLimits } from './check.ts';
import { commandCheck } from './command-check.ts';
import { formatCheck } from './format-check.ts';
import { importChecks } from './import-checks.ts';
import { syntaxCheck } from './syntax-check.ts';

const order: readonly string[] = ['types', 'lint', 'build', 'tests'];

/** The checks of a project in the order they are run: syntax, imports, dependencies, format, types, lint, build, tests. */
export function projectChecks(
  profile: ProjectProfile,
  formatters: readonly Formatter[],
  limits: CheckLimits,
): readonly Check[] {
  const commands = [...profile.facts.checks].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return [
    syntaxCheck(limits),
    ...importChecks(limits),
    ...formatters.map((formatter) => formatCheck(formatter, limits)),
    ...commands.map((check) => commandCheck(check, limits)),
  ];
}

/** The project's formatters, those of its root first. */
export function projectFormatters(root: string, profile: ProjectProfile): readonly Formatter[] {
  const reader = createProjectReader(root);
  const folders = ['.', ...profile.facts.members].slice(0, 300).map((path) => folderOf(reader, path));
  return formattersOfAll(folders.map((folder) => ({ folder, configuration: configurationOf(folder) })));
}
