// Remembers that the sandbox works on this machine, for this very program and kernel: trying it costs a process at each start.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname } from 'node:path';

/** Whether this program was seen to work under this kernel. Anything odd is a no. */
export function remembersSandbox(file: string | undefined, program: string | null | undefined): boolean {
  if (file === undefined) return false;
  try {
    return readFileSync(file, 'utf8') === identity(program);
  } catch {
    return false;
  }
}

/** Keeps the memory; a folder that cannot be written keeps none. */
export function rememberSandbox(file: string | undefined, program: string | null | undefined): void {
  if (file === undefined) return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, identity(program), { mode: 0o600 });
  } catch {
    // It will be tried again next time.
  }
}

/** Drops the memory when the sandbox failed after all. */
export function forgetSandbox(file: string | undefined): void {
  if (file !== undefined) rmSync(file, { force: true });
}

function identity(program: string | null | undefined): string {
  if (!program) return '';
  const { size, mtimeMs, ino } = statSync(program);
  return `${program} ${size} ${mtimeMs} ${ino} ${release()}`;
}
