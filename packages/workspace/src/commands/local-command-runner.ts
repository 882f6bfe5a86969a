// Runs shell commands on this machine: own process tree, bounded output and time, sandboxed by bubblewrap where possible.
//
// A command is `starting` until spawned, `running` until its first process ends or it is ended, then `reaping` until no
// process of its tree is left. A sandbox that cannot start is noticed by its own words on the raw error stream (the command's
// error stream is joined to its output before its first word), is remembered, and the command runs again without it when the
// sandbox was only preferred: it had not begun.
import { mkdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { findProgram } from '../files/find-program.ts';
import { absoluteSearchPath } from '../git/run-git.ts';
import { BackgroundList } from './background-commands.ts';
import type { CommandRequest, CommandResult, CommandRunner, SandboxStatus } from './command-runner.ts';
import type { LookUp } from './domain-proxy.ts';
import { commandMarkerName, readingEnvironment, scrubEnvironment } from './environment.ts';
import { launchLine, type SandboxProgram } from './launch-line.ts';
import { claimFolder, noteCommand, recoverCommands, removeFolder } from './left-behind.ts';
import { ProxyPool } from './proxy-pool.ts';
import type { ResourceLimits } from './resource-watch.ts';
import { type Finished, RunningCommand } from './running-command.ts';
import { forgetSandbox, rememberSandbox, remembersSandbox } from './sandbox-memory.ts';
import { describeSandbox } from './sandbox-status.ts';
import { hasSeatbelt, seatbeltProgram } from './seatbelt.ts';
import { type ShellCommand, shellCommand } from './shell.ts';

/** What a runner is made for. Folders are real paths. */
export interface LocalCommandRunnerOptions {
  readonly root: string;
  readonly addedFolders: readonly string[];
  /** Hidden from sandboxed commands. */
  readonly protectedFolders: readonly string[];
  /** Where output files and the private /tmp are kept; made when needed, emptied by `close`. */
  readonly folder: string;
  /** Folder with the folders of all agents, looked through by `recover`. */
  readonly foldersOfAll?: string;
  /** The user's environment; scrubbed before any command sees it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; since 1970 where old folders of others are to be removed by `recover`. */
  readonly now: () => number;
  /** A fresh unique word for each command. */
  readonly newId: () => string;
  /** Bytes of output after which a command is ended. Default 64 MiB. */
  readonly outputLimitBytes?: number;
  /** Remembers from run to run that the sandbox works here, so that it is not tried at each start. */
  readonly sandboxMemory?: string;
  /** Milliseconds between SIGTERM and SIGKILL. Default 2,000. */
  readonly graceMs?: number;
  /** What one command may use. Default: three quarters of the machine's memory, 4,096 processes. */
  readonly resources?: ResourceLimits;
  /** For names a domain list allows; the system's resolver when absent. */
  readonly lookUp?: LookUp;
}

/** A runner that owns files and must be closed. */
export interface LocalCommandRunner extends CommandRunner {
  /** Ends running commands and removes output files and the private /tmp. */
  close(): Promise<void>;
}

/** Creates the runner; nothing is spawned or looked up before the first `run` or `sandbox`. */
export function createLocalCommandRunner(options: LocalCommandRunnerOptions): LocalCommandRunner {
  const searchPath = absoluteSearchPath(options.environment['PATH']);
  const state: RunnerState = {
    environment: { ...scrubEnvironment(options.environment), PATH: searchPath },
    resources: options.resources ?? { memoryBytes: totalmem() * 0.75, processes: 4_096 },
    proxies: new ProxyPool(options.folder, options.lookUp),
    live: new Set(),
    sandboxProblem: null,
    sandboxWorked: false,
    shell: null,
    sandbox: undefined,
    hasClaimed: false,
  };
  const removals: Promise<void>[] = [];
  const start = (request: CommandRequest, sandboxed: boolean): Promise<Finished> =>
    startCommand(options, state, request, sandboxed);

  const run = async (request: CommandRequest): Promise<CommandResult> => {
    const sandboxed = wantsSandbox(request, state, searchPath);
    const finished = await start(request, sandboxed);
    if (finished.sandboxProblem === null) {
      if (sandboxed) state.sandboxWorked = true;
      return finished.result;
    }
    state.sandboxProblem = finished.sandboxProblem;
    forgetSandbox(options.sandboxMemory);
    if (request.sandbox === 'required') throw sandboxMissing(finished.sandboxProblem);
    return (await start(request, false)).result;
  };
  const background = new BackgroundList(run, options.now);

  return {
    run,
    background,
    sandbox: () => probe(state, searchPath, options, run),
    recover: async () => {
      if (options.foldersOfAll === undefined) return;
      removals.push(...(await recoverCommands(options.foldersOfAll, { own: options.folder, now: options.now() })));
    },
    close: async () => {
      await background.close();
      await Promise.allSettled([...[...state.live].map((command) => command.cancel()), ...removals]);
      await state.proxies.close();
      removeFolder(options.folder);
    },
  };
}

async function startCommand(
  options: LocalCommandRunnerOptions,
  state: RunnerState,
  request: CommandRequest,
  sandboxed: boolean,
): Promise<Finished> {
  const marker = options.newId();
  const { environment, resources } = state;
  if (!state.hasClaimed) claimFolder(options.folder);
  state.hasClaimed = true;
  const sandbox = sandboxed ? (state.sandbox ?? null) : null;
  const cwd = request.cwd ?? options.root;
  const launch = await prepareLaunch(options, state, { request, sandbox, cwd });
  const ownNamespace = sandbox?.kind === 'bubblewrap';
  // Such a sandbox ends with the agent; what runs without one is noted, to be found after a crash.
  const noteEnd = ownNamespace ? () => undefined : noteCommand(options.folder, marker);
  try {
    const command = new RunningCommand(request, { ...options, resources }, marker, {
      line: launch.line,
      cwd,
      environment: {
        ...environment,
        ...(request.writable ? {} : readingEnvironment),
        ...launch.environment,
        ...(request.terminal === true ? { TERM: 'xterm-256color' } : {}),
        PWD: cwd,
        [commandMarkerName]: marker,
      },
      sandboxed: ownNamespace,
      failurePrefix: sandbox === null ? null : failurePrefixes[sandbox.kind],
    });
    state.live.add(command);
    return await command.finished.finally(() => state.live.delete(command));
  } finally {
    noteEnd();
  }
}

const failurePrefixes = { bubblewrap: 'bwrap: ', seatbelt: 'sandbox-exec: ' } as const;

async function prepareLaunch(
  options: LocalCommandRunnerOptions,
  state: RunnerState,
  {
    request,
    sandbox,
    cwd,
  }: { readonly request: CommandRequest; readonly sandbox: SandboxProgram | null; readonly cwd: string },
) {
  const searchPath = state.environment['PATH'] ?? '';
  state.shell ??= shellCommand(searchPath);
  const { network } = request;
  const needsProxy = sandbox !== null && typeof network === 'object' && network.domains.length > 0;
  const proxy = needsProxy ? await state.proxies.proxyFor(network.domains, sandbox.kind) : null;
  const line = { request, cwd, shell: state.shell, searchPath, sandbox, places: places(options), proxy };
  return launchLine({ ...line, node: process.execPath });
}

interface RunnerState {
  /** What commands see. */
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: ResourceLimits;
  readonly proxies: ProxyPool;
  readonly live: Set<RunningCommand>;
  sandboxProblem: string | null;
  sandboxWorked: boolean;
  shell: ShellCommand | null;
  /** Null when there is none, undefined before the first look. */
  sandbox: SandboxProgram | null | undefined;
  /** Whether the folder says whose it is. */
  hasClaimed: boolean;
}

function places(options: LocalCommandRunnerOptions) {
  const temporaryFolder = join(options.folder, 'tmp');
  mkdirSync(temporaryFolder, { recursive: true, mode: 0o700 });
  return { ...options, temporaryFolder, home: options.environment['HOME'] };
}

function wantsSandbox(request: CommandRequest, state: RunnerState, searchPath: string): boolean {
  if (request.sandbox === 'off') return false;
  findSandbox(state, searchPath);
  if (state.sandboxProblem === null) return true;
  if (request.sandbox === 'required') throw sandboxMissing(state.sandboxProblem);
  return false;
}

function findSandbox(state: RunnerState, searchPath: string): void {
  if (state.sandbox !== undefined) return;
  const bwrap = process.platform === 'linux' ? findProgram('bwrap', searchPath) : null;
  state.sandbox = null;
  if (bwrap !== null) state.sandbox = { kind: 'bubblewrap', path: bwrap };
  else if (hasSeatbelt(process.platform)) state.sandbox = { kind: 'seatbelt', path: seatbeltProgram };
  if (state.sandbox !== null) return;
  state.sandboxProblem =
    process.platform === 'linux' ? 'bubblewrap is not installed' : `there is no sandbox for ${process.platform} yet`;
}

function sandboxMissing(problem: string): MonkeyError {
  return new MonkeyError('permission.denied', `the command needs a sandbox, and ${problem}`, {
    advice: 'Install bubblewrap (package `bubblewrap`), or run with the sandbox set to `preferred`.',
  });
}

async function probe(
  state: RunnerState,
  searchPath: string,
  options: LocalCommandRunnerOptions,
  run: (request: CommandRequest) => Promise<CommandResult>,
): Promise<SandboxStatus> {
  findSandbox(state, searchPath);
  const program = state.sandbox?.path;
  if (state.sandboxProblem === null && !state.sandboxWorked && !remembersSandbox(options.sandboxMemory, program)) {
    await run({
      command: ':',
      cwd: options.root,
      timeoutMs: 5_000,
      maxOutputBytes: 1_000,
      network: false,
      writable: false,
      sandbox: 'preferred',
      signal: new AbortController().signal,
    });
    if (state.sandboxWorked) rememberSandbox(options.sandboxMemory, program);
  }
  const { sandboxProblem: problem, sandbox } = state;
  const found =
    problem !== null || !sandbox ? { kind: 'none' as const, problem: problem ?? 'none was found' } : sandbox;
  return describeSandbox(found, state.resources, process.platform);
}
