// Runs shell commands on this machine: own process tree, bounded output and time, sandboxed by bubblewrap where possible.
//
// A command is `starting` until spawned, `running` until its first process ends or it is ended, then `reaping` until no
// process of its tree is left. A sandbox that cannot start is noticed by its own words on the raw error stream (the command's
// error stream is joined to its output before its first word), is remembered, and the command runs again without it when the
// sandbox was only preferred: it had not begun.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { findProgram } from '../files/find-program.ts';
import { absoluteSearchPath } from '../git/run-git.ts';
import { sandboxArguments } from './bubblewrap.ts';
import type { CommandRequest, CommandResult, CommandRunner, SandboxStatus } from './command-runner.ts';
import { commandMarkerName, readingEnvironment, scrubEnvironment } from './environment.ts';
import { claimFolder, noteCommand, recoverCommands } from './left-behind.ts';
import { type Finished, RunningCommand } from './running-command.ts';
import { forgetSandbox, rememberSandbox, remembersSandbox } from './sandbox-memory.ts';

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
    live: new Set(),
    sandboxProblem: null,
    sandboxWorked: false,
    shell: null,
    bwrap: undefined,
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

  return {
    run,
    sandbox: () => probe(state, searchPath, options, run),
    recover: async () => {
      if (options.foldersOfAll === undefined) return;
      removals.push(...(await recoverCommands(options.foldersOfAll, { own: options.folder, now: options.now() })));
    },
    close: async () => {
      await Promise.allSettled([...[...state.live].map((command) => command.cancel()), ...removals]);
      rmSync(options.folder, { recursive: true, force: true });
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
  const { environment } = state;
  state.shell ??= shellCommand(environment['PATH'] ?? '');
  const { shell } = state;
  if (!state.hasClaimed) claimFolder(options.folder);
  state.hasClaimed = true;
  const cwd = request.cwd ?? options.root;
  const inner = [shell.file, ...shell.arguments, shell.prefix + request.command];
  const line = sandboxed
    ? [state.bwrap ?? 'bwrap', ...sandboxArguments(places(options), { ...request, cwd }), ...inner]
    : inner;
  // A sandbox ends with the agent; what runs without one is noted, to be found after a crash.
  const noteEnd = sandboxed ? () => undefined : noteCommand(options.folder, marker);
  try {
    const command = new RunningCommand(request, options, marker, {
      line,
      cwd,
      environment: {
        ...environment,
        ...(request.writable ? {} : readingEnvironment),
        PWD: cwd,
        [commandMarkerName]: marker,
      },
      sandboxed,
    });
    state.live.add(command);
    return await command.finished.finally(() => state.live.delete(command));
  } finally {
    noteEnd();
  }
}

interface RunnerState {
  /** What commands see. */
  readonly environment: Readonly<Record<string, string>>;
  readonly live: Set<RunningCommand>;
  sandboxProblem: string | null;
  sandboxWorked: boolean;
  shell: ShellCommand | null;
  /** Path of the program; null when there is none, undefined before the first look. */
  bwrap: string | null | undefined;
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
  if (state.bwrap !== undefined) return;
  state.bwrap = process.platform === 'linux' ? findProgram('bwrap', searchPath) : null;
  if (state.bwrap !== null) return;
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
  if (state.sandboxProblem === null && !state.sandboxWorked && !remembersSandbox(options.sandboxMemory, state.bwrap)) {
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
    if (state.sandboxWorked) rememberSandbox(options.sandboxMemory, state.bwrap);
  }
  const always = ['time, output and the whole process tree are bounded', 'secrets are removed from the environment'];
  if (state.sandboxProblem !== null) {
    const why = `(${state.sandboxProblem})`;
    return {
      kind: 'none',
      enforced: always,
      notEnforced: [
        `commands can write wherever you can ${why}`,
        `commands can read your keys and other files ${why}`,
        `commands can use the network ${why}`,
      ],
    };
  }
  return {
    kind: 'bubblewrap',
    enforced: [
      ...always,
      'only the workspace, added folders and a private /tmp are writable',
      'git hooks, git configuration and existing agent settings are read-only',
      'well-known secret folders and the agent’s own folders are hidden',
      'no network unless it was allowed',
      'no process outlives its command',
    ],
    notEnforced: ['other files you can read are readable', 'memory and CPU are not limited'],
  };
}

interface ShellCommand {
  readonly file: string;
  readonly arguments: readonly string[];
  /** Joins the error stream to the output, on the same line so that line numbers in messages stay right. */
  readonly prefix: string;
}

function shellCommand(searchPath: string): ShellCommand {
  if (process.platform === 'win32') {
    const file = findProgram('pwsh.exe', searchPath) ?? 'powershell.exe';
    return { file, arguments: ['-NoProfile', '-NonInteractive', '-Command'], prefix: '' };
  }
  const file = findProgram('bash', searchPath) ?? '/bin/sh';
  return { file, arguments: ['-c'], prefix: 'exec 2>&1; ' };
}
