// Which language server reads which files, where it is found, and one running server for each of them.
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { LanguageServer, type NewDiagnostics } from './language-server.ts';

interface ServerKind {
  readonly program: string;
  readonly args: readonly string[];
  /** Ending to language id. */
  readonly languageIds: Readonly<Record<string, string>>;
}

const web = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'typescriptreact',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascriptreact',
};

const kinds: readonly ServerKind[] = [
  { program: 'typescript-language-server', args: ['--stdio'], languageIds: web },
  { program: 'vtsls', args: ['--stdio'], languageIds: web },
  { program: 'basedpyright-langserver', args: ['--stdio'], languageIds: { py: 'python', pyi: 'python' } },
  { program: 'pyright-langserver', args: ['--stdio'], languageIds: { py: 'python', pyi: 'python' } },
  { program: 'pylsp', args: [], languageIds: { py: 'python' } },
  { program: 'gopls', args: [], languageIds: { go: 'go' } },
  { program: 'rust-analyzer', args: [], languageIds: { rs: 'rust' } },
  { program: 'clangd', args: [], languageIds: { c: 'c', h: 'c', cc: 'cpp', cpp: 'cpp', hpp: 'cpp' } },
  { program: 'ruby-lsp', args: [], languageIds: { rb: 'ruby' } },
  { program: 'intelephense', args: ['--stdio'], languageIds: { php: 'php' } },
];

/** What the servers of a project are found and started with. */
export interface LanguageServersOptions {
  /** Real path. */
  readonly root: string;
  /** Without secrets; its PATH is searched, absolute folders only. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Whether programs in the project's own folders (`node_modules/.bin`, `.venv/bin`) may be started: that runs code of the
   * repository, so only where the user allows it.
   */
  readonly allowProjectPrograms: boolean;
  readonly idleMs?: number;
}

/** Running servers of one project; none is started before a file of its language changes. */
export class LanguageServers {
  readonly #options: LanguageServersOptions;
  readonly #servers = new Map<string, LanguageServer>();

  constructor(options: LanguageServersOptions) {
    this.#options = options;
  }

  /** New errors of a changed file; null where no server reads such files here. Waits at most `waitMs`. */
  async changed(
    path: string,
    texts: { readonly before: string | null; readonly after: string },
    waitMs: number,
  ): Promise<NewDiagnostics | null> {
    const server = this.#serverFor(path);
    return server === null ? null : server.changed(path, texts, waitMs);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
  }

  #serverFor(path: string): LanguageServer | null {
    const ending = path.slice(path.lastIndexOf('.') + 1);
    for (const kind of kinds) {
      if (!Object.hasOwn(kind.languageIds, ending)) continue;
      const known = this.#servers.get(kind.program);
      if (known) return known;
      const program = this.#find(kind.program);
      if (program === null) continue;
      const { root, environment, idleMs } = this.#options;
      const server = new LanguageServer({
        name: kind.program,
        command: [program, ...kind.args],
        root,
        languageIds: kind.languageIds,
        environment,
        ...(idleMs === undefined ? {} : { idleMs }),
      });
      this.#servers.set(kind.program, server);
      return server;
    }
    return null;
  }

  #find(program: string): string | null {
    const { root, environment, allowProjectPrograms } = this.#options;
    const own = allowProjectPrograms
      ? ['node_modules/.bin', '.venv/bin', 'venv/bin'].map((folder) => join(root, folder))
      : [];
    const path = (environment['PATH'] ?? '')
      .split(delimiter)
      .filter((folder) => isAbsolute(folder) && !folder.startsWith(root));
    return [...own, ...path].map((folder) => join(folder, program)).find(isExecutable) ?? null;
  }
}

/** Whether that file may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
