// The shell that commands are given to.
import { findProgram } from '../files/find-program.ts';

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
