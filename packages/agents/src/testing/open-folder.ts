// Opens a real workspace on a temporary folder, for tests; its state lies beside it and goes with it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createIdSource } from '@monkey-coder/protocol';
import { createWorkspace, type Workspace } from '@monkey-coder/workspace';

/** A temporary folder with a project in `project` and the agent's state in `state`. */
export interface TestFolder {
  readonly base: string;
  remove(): void;
}

/** Makes the folder and writes the project's files; paths are relative to the project and may start with `../`. */
export function makeTestFolder(files: Readonly<Record<string, string | Buffer>> = {}): TestFolder {
  const base = mkdtempSync(join(tmpdir(), 'monkey-agents-'));
  mkdirSync(join(base, 'project'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(base, 'project', path)), { recursive: true });
    writeFileSync(join(base, 'project', path), content);
  }
  return { base, remove: () => rmSync(base, { recursive: true, force: true }) };
}

/** Opens the project of a test folder, or another folder of it; the caller closes it. */
export function openTestWorkspace(
  base: string,
  environment: Readonly<Record<string, string | undefined>>,
  folder = 'project',
): Workspace {
  return createWorkspace({
    root: join(base, folder),
    addedFolders: [],
    stateFolder: join(base, 'state'),
    protectedFolders: [],
    environment,
    now: Date.now,
    newId: createIdSource(Date.now, Math.random),
  });
}
