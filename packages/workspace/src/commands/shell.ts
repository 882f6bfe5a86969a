// The shell that commands are given to, and programs on the search path.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How a text becomes a process. */
export interface ShellCommand {
  readonly file: string;
  readonly arguments: readonly string[];
  /** Joins the error stream to the output, on the same line so that line numbers in messages stay right. */
  readonly prefix: string;
}

/** The shell of this machine. */
export function shellCommand(searchPath: string): ShellCommand {
  if (process.platform === 'win32') {
    const file = findProgram('pwsh.exe', searchPath) ?? 'powershell.exe';
    return { file, arguments: ['-NoProfile', '-NonInteractive', '-Command'], prefix: '' };
  }
  const file = findProgram('bash', searchPath) ?? '/bin/sh';
  return { file, arguments: ['-c'], prefix: 'exec 2>&1; ulimit -c 0; ' };
}

/** Path of a program that can be run; null when no folder of the search path has it. */
export function findProgram(name: string, searchPath: string): string | null {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
