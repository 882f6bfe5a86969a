// Finds a program on a search path.
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Absolute path of the first executable of that name; null when there is none. Folders that depend on where one stands are passed over. */
export function findProgram(name: string, searchPath: string): string | null {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, name);
    if (!isAbsolute(folder)) continue;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
