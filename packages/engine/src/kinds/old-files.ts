// Texts of changed files as they were before the run and as they are now.
import type { Workspace } from '@monkey-coder/workspace';
import { inTreeBefore } from '../outcome/tree-before.ts';
import type { WorkGround } from './work-ground.ts';

/** One changed file; null where it is not there, or is no text. */
export interface ChangedText {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The texts; undefined when the state before cannot be made. */
export function changedTexts(ground: WorkGround): Promise<readonly ChangedText[] | undefined> {
  const paths = ground.facts.changes.map(({ path }) => path);
  return inTreeBefore(ground, (tree) =>
    Promise.all(
      paths.map(async (path) => ({
        path,
        before: await textOf(tree, path),
        after: await textOf(ground.workspace, path),
      })),
    ),
  );
}

function textOf(workspace: Workspace, path: string): Promise<string | null> {
  return workspace.readFile(path).then(
    ({ text }) => text,
    () => null,
  );
}
