// The workspace on this machine's disk: the parts of this package put together for one folder.
import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { Finding } from './checks/check.ts';
import type { ProjectChecks } from './checks/project-checks.ts';
import { hasSameStructure } from './checks/same-structure.ts';
import type { SyntaxChange } from './checks/syntax-check.ts';
import type { CodeIntelligence } from './code/code-intelligence.ts';
import { languageOfPath } from './code/language.ts';
import type { CommandRequest, CommandResult, CommandRunner } from './commands/command-runner.ts';
import type { LocalCommandRunner } from './commands/local-command-runner.ts';
import { outputFolder } from './commands/output-collector.ts';
import type { Edit, EditRefusal } from './edits/edit.ts';
import { ChangedFiles } from './files/changed-files.ts';
import { type LinePlace, readLines } from './files/line-range.ts';
import { createPathGuard, type PathGuard, requireRegularFile } from './files/path-guard.ts';
import { readText } from './files/text-file.ts';
import { openOuterFiles } from './git/outer-files.ts';
import { openParts, type WorkspaceFolders, type WorkspaceOptions } from './local-parts.ts';
import { ChangePlanner } from './plan-change.ts';
import type { ProjectFacts } from './project/project-facts.ts';
import type { FileLister, TextSearch } from './search/search.ts';
import type { SnapshotStore } from './snapshots/snapshot-store.ts';
import type { ChangePlan, FileText, LineRange, OuterFiles, PlannedFile, PlanState, Workspace } from './workspace.ts';

/** Opens a workspace; nothing but the folders' real paths is looked up before it is used. Throws `workspace.not-found`. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const protectedFolders = [options.stateFolder, ...options.protectedFolders];
  const commandFolder = join(options.stateFolder, 'commands', options.newId('run'));
  const guard = createPathGuard({ ...options, protectedFolders, readableFolder: outputFolder(commandFolder) });
  return new DiskWorkspace(options, guard, { protectedFolders, commandFolder });
}

class DiskWorkspace implements Workspace {
  readonly root: string;
  readonly addedFolders: readonly string[];
  readonly commands: CommandRunner;
  readonly snapshots: SnapshotStore;
  readonly search: TextSearch;
  readonly lister: FileLister;
  readonly #guard: PathGuard;
  readonly #planner: ChangePlanner;
  readonly #runner: LocalCommandRunner;
  readonly #changes: ChangedFiles;
  readonly #protectedFolders: readonly string[];
  readonly #openCode: () => Promise<CodeIntelligence>;
  #code: Promise<CodeIntelligence> | null = null;
  readonly #openChecks: () => Promise<ProjectChecks>;
  #checks: Promise<ProjectChecks> | null = null;
  readonly #toldSyntax = new Set<string>();
  #place: (LinePlace & { readonly key: string }) | null = null;
  #project: { readonly facts: ProjectFacts; readonly stamp: string } | null = null;

  constructor(options: WorkspaceOptions, guard: PathGuard, folders: WorkspaceFolders) {
    const parts = openParts(options, guard, folders);
    this.#guard = guard;
    this.#protectedFolders = folders.protectedFolders;
    this.#changes = new ChangedFiles(guard, options.now);
    this.root = guard.root;
    this.addedFolders = guard.addedFolders;
    this.#planner = new ChangePlanner(guard, parts.writer);
    this.snapshots = parts.snapshots;
    this.lister = parts.lister;
    this.search = parts.search;
    this.#runner = parts.openRunner({
      root: guard.root,
      addedFolders: guard.addedFolders,
      folder: folders.commandFolder,
    });
    this.commands = this.#wrapped(this.#runner);
    this.#openCode = () => parts.openCode();
    this.#openChecks = () => parts.openChecks(this.commands);
  }

  /** Commands may change what the workspace remembers of files, and may run in folders below the root. */
  #wrapped(runner: LocalCommandRunner): CommandRunner {
    return {
      run: (request) => this.#run(request),
      background: {
        start: async (request) => runner.background.start(this.#placed(request)),
        list: () => runner.background.list(),
        read: (id, from) => runner.background.read(id, from),
        stop: (id) => runner.background.stop(id),
      },
      sandbox: () => runner.sandbox(),
      recover: () => runner.recover(),
    };
  }

  async readFile(path: string): Promise<FileText> {
    const checked = this.#existing(path);
    const file = readText(checked);
    if (checked.stats !== null) this.#changes.remember(file.path, file.hash, checked.stats);
    return file;
  }

  async readRange(
    path: string,
    range: { readonly firstLine: number; readonly maxLines: number; readonly maxBytes: number },
  ): Promise<LineRange> {
    const checked = this.#existing(path);
    // Who reads on goes on counting where the last piece ended, as long as the file is the same.
    const key = `${checked.absolute} ${checked.stats?.ino} ${checked.stats?.mtimeMs} ${checked.stats?.size}`;
    const place = this.#place?.key === key && this.#place.line <= range.firstLine ? { from: this.#place } : {};
    const found = await readLines(checked, { ...range, ...place });
    this.#place = { ...found.next, key };
    return found.range;
  }

  async changedFiles(known: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string | null>> {
    return this.#changes.compare(known);
  }

  outerFiles(): OuterFiles | null {
    return openOuterFiles(this.root, this.#protectedFolders);
  }

  async check(path: string, access: 'read' | 'write') {
    const checked = this.#guard.check(path, access);
    const { stats } = checked;
    if (access === 'write' && stats !== null) requireRegularFile(checked.path, stats);
    return { path: checked.path, exists: stats !== null, isDirectory: stats?.isDirectory() ?? false };
  }

  async planEdit(edit: Edit, seen: ReadonlyMap<string, string>): Promise<ChangePlan | EditRefusal> {
    return this.#planner.plan(edit, seen);
  }

  async syntaxAfter(plan: ChangePlan): Promise<readonly (SyntaxChange & { readonly wasTold: boolean })[]> {
    const texts = this.#planner
      .texts(plan)
      .filter(({ path, before, after }) => mayBeChecked(path) && !hasSameStructure(before ?? '', after ?? ''));
    if (texts.length === 0) return [];
    // A parser that cannot be loaded must not stand in the way of an edit.
    const changes = await this.checks()
      .then((checks) => Promise.all(texts.map((text) => checks.syntaxChange(text.path, text))))
      .catch(() => []);
    return changes.flatMap((change) => {
      if (change === null || change.problems.length === 0) return [];
      const key = `${change.path} ${plan.files.find(({ path }) => path === change.path)?.after}`;
      const wasTold = this.#toldSyntax.has(key);
      this.#toldSyntax.add(key);
      return [{ ...change, wasTold }];
    });
  }

  async diagnosticsAfter(plan: ChangePlan, waitMs: number): Promise<readonly Finding[]> {
    const checks = await this.checks();
    const texts = this.#planner.texts(plan).filter(({ path }) => !isAbsolute(path));
    const found = await Promise.all(texts.map((text) => checks.newDiagnostics(text.path, text, waitMs)));
    return found.flat();
  }

  async apply(plan: ChangePlan): Promise<void> {
    this.#planner.apply(plan);
  }

  async examine(files: readonly PlannedFile[]): Promise<PlanState> {
    return this.#planner.examine(files);
  }

  async project(): Promise<ProjectFacts> {
    const known = this.#project;
    if (known !== null && stampOf(this.root, known.facts) === known.stamp) return known.facts;
    const { analyseProject } = await import('./project/analyse.ts');
    const facts = await analyseProject(this.root);
    this.#project = { facts, stamp: stampOf(this.root, facts) };
    return facts;
  }

  code(): Promise<CodeIntelligence> {
    this.#code ??= this.#openCode();
    return this.#code;
  }

  checks(): Promise<ProjectChecks> {
    this.#checks ??= this.#openChecks();
    return this.#checks;
  }

  async close(): Promise<void> {
    await (await this.#checks)?.close();
    await (await this.#code)?.close();
    await this.#runner.close();
  }

  #existing(path: string) {
    const checked = this.#guard.check(path, 'read');
    if (checked.stats === null) throw new MonkeyError('workspace.not-found', `${checked.path} does not exist`);
    return checked;
  }

  async #run(request: CommandRequest): Promise<CommandResult> {
    return this.#runner.run(this.#placed(request));
  }

  // The folder of a command is checked like every path.
  #placed(request: CommandRequest): CommandRequest {
    if (request.cwd === undefined) return request;
    const cwd = this.#existing(request.cwd).absolute;
    if (!statSync(cwd).isDirectory())
      throw new MonkeyError('workspace.not-found', `${request.cwd} is not a folder to run a command in`);
    return { ...request, cwd };
  }
}

// What no parser reads must not load one.
function mayBeChecked(path: string): boolean {
  return path.endsWith('.json') || languageOfPath(path) !== null;
}

// Facts hold while the files they were read from, and the names in the root, are the same.
function stampOf(root: string, facts: ProjectFacts): string {
  const evidence = [...facts.packageManagers, ...facts.frameworks, ...facts.checks].map((one) => one.evidence.file);
  return ['.', ...new Set(evidence)].map((file) => stampOfFile(join(root, file))).join(' ');
}

function stampOfFile(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'none' : `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
}
