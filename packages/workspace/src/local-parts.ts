// The parts of a workspace on this machine, each made for the same folder with the same guard.
import { dirname, join } from 'node:path';
import type { IdPrefix } from '@monkey-coder/protocol';
import type { ProjectChecks } from './checks/project-checks.ts';
import type { CodeIntelligence } from './code/code-intelligence.ts';
import type { CommandRunner } from './commands/command-runner.ts';
import { scrubEnvironment } from './commands/environment.ts';
import { createLocalCommandRunner, type LocalCommandRunner } from './commands/local-command-runner.ts';
import { createSafeWriter, type SafeWriter } from './files/atomic-write.ts';
import { findProgram } from './files/find-program.ts';
import type { PathGuard } from './files/path-guard.ts';
import { createGitRunner } from './git/run-git.ts';
import { loadCodeIntelligence } from './lazy-code.ts';
import type { Embedder } from './search/embedder.ts';
import { createFileLister } from './search/file-lister.ts';
import type { FileLister, TextSearch } from './search/search.ts';
import { createTextSearch } from './search/text-search.ts';
import { createLocalSnapshotStore } from './snapshots/local-snapshot-store.ts';
import type { SnapshotStore } from './snapshots/snapshot-store.ts';

/** What a workspace is opened with. */
export interface WorkspaceOptions {
  readonly root: string;
  /** Further folders that may be read and written. */
  readonly addedFolders: readonly string[];
  /** The agent's state: snapshots, output files, the private /tmp of commands. Protected by itself. */
  readonly stateFolder: string;
  /** Further folders of the agent (configuration, keys): neither read nor written nor shown to commands. */
  readonly protectedFolders: readonly string[];
  /** The user's environment; commands get it without secrets, git gets only its search path. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: (prefix: IdPrefix) => string;
  /** Where ranked search gets vectors from; without, it goes by words alone. */
  readonly embedder?: Embedder;
}

/** Folders of the agent's own. */
export interface WorkspaceFolders {
  readonly protectedFolders: readonly string[];
  readonly commandFolder: string;
}

/** Where a command runner works, and where it keeps what it writes. */
export interface RunnerPlace {
  readonly root: string;
  readonly addedFolders: readonly string[];
  readonly folder: string;
}

/** The parts. */
export interface LocalParts {
  readonly writer: SafeWriter;
  readonly snapshots: SnapshotStore;
  readonly lister: FileLister;
  readonly search: TextSearch;
  openRunner(place: RunnerPlace): LocalCommandRunner;
  openCode(): Promise<CodeIntelligence>;
  openChecks(commands: CommandRunner): Promise<ProjectChecks>;
}

/** Makes the parts; nothing is started and nothing read. */
export function openParts(options: WorkspaceOptions, guard: PathGuard, folders: WorkspaceFolders): LocalParts {
  const { stateFolder, environment, now, newId } = options;
  const { root } = guard;
  const writer = createSafeWriter(guard);
  const runGit = createGitRunner(environment['PATH']);
  const snapshots = createLocalSnapshotStore({ guard, writer, stateFolder, runGit, now, newId: () => newId('snap') });
  const lister = createFileLister(root, { runGit });
  const ripgrep = (): string | null =>
    findProgram(process.platform === 'win32' ? 'rg.exe' : 'rg', environment['PATH'] ?? '');
  const openRunner = (place: RunnerPlace): LocalCommandRunner =>
    createLocalCommandRunner({
      protectedFolders: folders.protectedFolders,
      sandboxMemory: join(stateFolder, 'sandbox'),
      environment,
      now,
      newId: () => newId('call'),
      foldersOfAll: dirname(folders.commandFolder),
      ...place,
    });
  return {
    writer,
    snapshots,
    lister,
    search: createTextSearch(root, { lister, runGit, ripgrep }),
    openRunner,
    openCode() {
      const cacheFolder = join(stateFolder, 'code');
      return loadCodeIntelligence({ root, lister, cacheFolder, embedder: options.embedder ?? null });
    },
    async openChecks(commands) {
      const { openProjectChecks } = await import('./local-project-checks.ts');
      const openInCopy = (copy: string): LocalCommandRunner =>
        openRunner({ root: copy, addedFolders: [], folder: `${folders.commandFolder}-copy` });
      const place = { root, lister, commands, snapshots, runGit, writer, openRunner: openInCopy };
      return openProjectChecks({
        ...place,
        folder: join(stateFolder, 'copies'),
        environment: scrubEnvironment(environment),
      });
    },
  };
}
