// Worktrees for runs that ask for one: the code that makes and removes them is read only then.
import type { createWorktree as create, Worktree } from './worktree.ts';

/** See `createWorktree` in `worktree.ts`. */
export async function createWorktree(options: Parameters<typeof create>[0]): Promise<Worktree> {
  const worktrees = await import('./worktree.ts');
  return worktrees.createWorktree(options);
}
