// Chooses how a tree is watched: by git where the folder is tracked in a repository, else by itself.
import { mkdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isInside } from '../files/path-guard.ts';
import { findRepository, type GitRepository } from '../git/repository.ts';
import type { RunGit } from '../git/run-git.ts';
import { BlobStore } from './blob-store.ts';
import { GitTree } from './git-tree.ts';
import { PlainTree } from './plain-tree.ts';
import type { TreeIndex } from './tree-index.ts';

/** Where a tree and what is kept of it lie. */
export interface TreePlace {
  readonly root: string;
  /** Of this tree's snapshots. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly runGit: RunGit;
}

/** The index of a tree and the store of its contents. */
export interface TreeParts {
  readonly tree: TreeIndex;
  readonly blobs: BlobStore;
}

/** Opens both, making the folder. */
export function openTree(place: TreePlace): TreeParts {
  const repository = usableRepository(place.root);
  const blobs = new BlobStore(join(place.folder, 'blobs'), repository?.hashAlgorithm ?? 'sha1');
  mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  return repository === null ? openPlainTree(place, blobs) : { tree: gitTree(place, repository, blobs), blobs };
}

/** Without git. */
export function openPlainTree({ root, folder, stateFolder }: TreePlace, blobs: BlobStore): TreeParts {
  const manifestPath = join(folder, 'manifest.json');
  return { tree: new PlainTree({ root, manifestPath, blobs, excluded: [stateFolder] }), blobs };
}

function gitTree(
  { root, folder, stateFolder, runGit }: TreePlace,
  repository: GitRepository,
  blobs: BlobStore,
): TreeIndex {
  const isInTree = isInside(repository.top, stateFolder);
  const excluded = isInTree ? [relative(repository.top, stateFolder).split(sep).join('/')] : [];
  return new GitTree({ root, repository, folder: join(folder, 'tree.git'), blobs, runGit, excluded });
}

function usableRepository(root: string): GitRepository | null {
  const repository = findRepository(root);
  return repository !== null && GitTree.coversRoot(repository) ? repository : null;
}
