// Where the facts about a folder are kept.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectKey } from './homes.ts';

/** The file of a folder (real path). */
export function memoryPath(stateFolder: string, root: string): string {
  return join(stateFolder, 'memory', `${projectKey(root)}.json`);
}

/** Whether anything was ever kept about a folder: one look. */
export function hasMemory(stateFolder: string, root: string): boolean {
  return existsSync(memoryPath(stateFolder, root));
}
