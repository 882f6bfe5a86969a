// Lets the person write a text in an editor of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The editor's command: what the person's environment names, else `vi`. */
export function editorCommand(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['VISUAL'] || environment['EDITOR'] || (process.platform === 'win32' ? 'notepad' : 'vi');
}

/** The text as it was saved; undefined when the editor could not be started or ended with an error. The terminal must be free. */
export function editText(text: string, command: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-prompt-'));
  const file = join(folder, 'prompt.md');
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // The command is the person's own and may have arguments (`code --wait`).
    const done = spawnSync(`${command} "${file}"`, { stdio: 'inherit', shell: true });
    return done.status === 0 ? readFileSync(file, 'utf8').replace(/\n$/, '') : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
