// The files as they were before a run's first change, written into a folder that is gone afterwards.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workspace } from '@monkey-coder/workspace';
import { bringOver } from './copy-files.ts';
import type { RunFacts } from './run-facts.ts';

/** What the tree is made from. */
export interface TreeSource {
  readonly workspace: Workspace;
  readonly facts: RunFacts;
  readonly openFolder: (folder: string, stateFolder: string) => Promise<Workspace>;
}

/** Gives the tree before the run's first change to `use`; undefined when nothing was changed, or the tree cannot be made or used. */
export async function inTreeBefore<T>(
  { workspace, facts, openFolder }: TreeSource,
  use: (tree: Workspace) => Promise<T>,
): Promise<T | undefined> {
  const snapshot = facts.firstSnapshotId;
  if (!snapshot) return undefined;
  const place = mkdtempSync(join(tmpdir(), 'monkey-before-'));
  const folder = join(place, 'tree');
  mkdirSync(folder);
  try {
    await workspace.snapshots.materialise(snapshot, folder);
    const tree = await openFolder(folder, join(place, 'state'));
    try {
      return await use(tree);
    } finally {
      await tree.close();
    }
  } catch {
    return undefined;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Copies files of today into another tree; one that is gone today is removed there, too. Paths are relative to both roots. */
export function overlay(from: string, to: string, paths: readonly string[]): void {
  for (const path of paths) bringOver(from, to, path);
}
