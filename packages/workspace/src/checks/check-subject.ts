// Puts together what checks look at: the files of a workspace, its profile, a parser.
import { existsSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { CodeParser } from '../code/code-parser.ts';
import { profileProject } from '../project/profile.ts';
import { createProjectReader } from '../project/project-reader.ts';
import type { FileLister } from '../search/search.ts';
import type { CheckSubject } from './check.ts';
import type { CheckPlace } from './run-check.ts';

const maxPaths = 50_000;

/** A workspace, as far as checks need it. */
export interface CheckWorkspace extends CheckPlace {
  readonly root: string;
  readonly lister: FileLister;
}

/** Reads the list of files and the profile of a project. Nothing is executed. `scope` limits checks of single files; null for all. */
export async function createCheckSubject(
  workspace: CheckWorkspace,
  {
    parser,
    scope,
    signal,
  }: { readonly parser: CodeParser; readonly scope: readonly string[] | null; readonly signal: AbortSignal },
): Promise<CheckSubject> {
  const { root, commands, snapshots } = workspace;
  const { paths, truncated } = await workspace.lister.list({ limit: maxPaths, signal });
  const reader = createProjectReader(root);
  const isInside = (path: string): boolean => !isAbsolute(path) && !normalize(path).startsWith('..');
  return {
    root,
    commands,
    snapshots,
    paths,
    scope,
    parser,
    profile: await profileProject(root, { paths, truncated, reader }),
    exists: (path) => isInside(path) && existsSync(join(root, path)),
    read: (path) => (isInside(path) ? reader.read(path) : null),
  };
}
