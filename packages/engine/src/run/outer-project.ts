// Says when a run sees only a folder of a repository, whose tests are further up.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProjectFacts } from '@monkey-coder/workspace';

/** A note where the folder has no checks of its own and lies inside a repository; else none. */
export function outerProjectNotes(cwd: string, project: Pick<ProjectFacts, 'checks'>): string[] {
  if (project.checks.length > 0 || existsSync(join(cwd, '.git'))) return [];
  const repository = repositoryAbove(cwd);
  if (repository === undefined) return [];
  return [
    `only this folder is worked on, without the checks of the repository around it: monkey -C ${repository} takes all of it`,
  ];
}

function repositoryAbove(folder: string): string | undefined {
  const parent = dirname(folder);
  if (parent === folder) return undefined;
  return existsSync(join(parent, '.git')) ? parent : repositoryAbove(parent);
}
