// `monkey doctor`: what works here, what does not, and what to do about it.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createKeyStore, firstKeys, knownKeys } from '@monkey-coder/engine';
import { availableProviders, findLocalServers } from '@monkey-coder/models';
import { errorMessage } from '@monkey-coder/protocol';
import { createWorkspace } from '@monkey-coder/workspace';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';

interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly detail: string;
}

/** Checks Node, git, sandbox, keys, settings and state; exits with 1 when something is a problem. */
export const doctor: Command = async (context) => {
  const findings = [node(), git(), await sandbox(context), settings(context), await keys(context), ...state(context)];
  const hasProblem = findings.some((finding) => finding.state === 'problem');
  if (context.asJson) printJson(context.world, findings);
  else for (const finding of findings) context.world.out(`${line(finding, context)}\n`);
  return hasProblem ? 1 : 0;
};

function line({ what, state: level, detail }: Finding, { style }: CommandContext): string {
  const mark = level === 'ok' ? style.green('✓') : level === 'warning' ? style.yellow('!') : style.red('✗');
  return `${mark} ${what.padEnd(9)} ${printable(detail)}`;
}

function node(): Finding {
  return { what: 'node', state: 'ok', detail: `${process.version} on ${process.platform}-${process.arch}` };
}

function git(): Finding {
  // Not from the folder looked at: with a relative entry in PATH its files would be taken for git.
  const result = spawnSync('git', ['--version'], { encoding: 'utf8', cwd: dirname(process.execPath) });
  if (result.status === 0) return { what: 'git', state: 'ok', detail: result.stdout.trim() };
  return { what: 'git', state: 'warning', detail: 'not found: undo works without it, worktrees and branches do not' };
}

async function sandbox(context: CommandContext): Promise<Finding> {
  try {
    return await probeSandbox(context);
  } catch (error) {
    return { what: 'sandbox', state: 'problem', detail: `could not be tried: ${errorMessage(error)}` };
  }
}

async function probeSandbox({ world, cwd }: CommandContext): Promise<Finding> {
  const root = cwd();
  const workspace = await createWorkspace({
    root,
    addedFolders: [],
    stateFolder: world.homes.state,
    protectedFolders: [],
    environment: world.environment,
    now: world.now,
    newId: world.newId,
  });
  try {
    const probe = await workspace.commands.run({
      command: 'true',
      timeoutMs: 5000,
      maxOutputBytes: 1000,
      network: false,
      writable: false,
      sandbox: 'preferred',
      signal: AbortSignal.timeout(10_000),
    });
    const status = await workspace.commands.sandbox();
    if (status.kind !== 'none' && probe.exitCode === 0)
      return { what: 'sandbox', state: 'ok', detail: `${status.kind}: ${status.enforced.join('; ')}` };
    return {
      what: 'sandbox',
      state: 'warning',
      detail: `none: ${status.notEnforced.join('; ')} (install bubblewrap on Linux)`,
    };
  } finally {
    await workspace.close();
  }
}

function settings(context: CommandContext): Finding {
  try {
    const { sources, warnings } = context.loaded();
    if (warnings.length > 0) return { what: 'settings', state: 'warning', detail: warnings.join('; ') };
    return { what: 'settings', state: 'ok', detail: sources.map((source) => source.path).join(', ') || 'defaults' };
  } catch (error) {
    return { what: 'settings', state: 'problem', detail: errorMessage(error) };
  }
}

async function keys({ world, loaded }: CommandContext): Promise<Finding> {
  try {
    const stored = createKeyStore(world.homes.config).readAll;
    const known = firstKeys(knownKeys({ ...world, settings: loaded().settings, keys: stored }));
    const usable = availableProviders({ env: world.environment, keys: known });
    const local = await findLocalServers(AbortSignal.timeout(1000));
    const names = [...usable, ...local.map((server) => `${server.provider} (running here)`)];
    if (names.length > 0) return { what: 'models', state: 'ok', detail: names.join(', ') };
    return {
      what: 'models',
      state: 'warning',
      detail:
        'no key and no local server: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or `monkey login PROVIDER`; `monkey demo` works without',
    };
  } catch (error) {
    return { what: 'models', state: 'problem', detail: errorMessage(error) };
  }
}

function state({ world }: CommandContext): Finding[] {
  return (['config', 'state', 'cache'] as const).map((name) => folder(name, world.homes[name]));
}

function folder(what: string, path: string): Finding {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
    return { what, state: 'ok', detail: `${path} (${(sizeOf(path) / 1_048_576).toFixed(1)} MB)` };
  } catch (error) {
    return { what, state: 'problem', detail: `${path} cannot be written: ${errorMessage(error)}` };
  }
}

function sizeOf(path: string): number {
  if (!existsSync(path)) return 0;
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}
