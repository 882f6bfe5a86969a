// Runs git so that no repository, however hostile, can make it execute anything or ask anything.
import { spawn } from 'node:child_process';
import { delimiter, isAbsolute } from 'node:path';

/** How one git call is bounded. */
export interface GitOptions {
  readonly signal?: AbortSignal;
  /** Bytes for standard input; empty when absent. */
  readonly input?: string | Buffer;
  /** Added to the minimal environment, such as GIT_DIR; `PATH` replaces the default search path. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The user asked for the repository's own hooks and filters to run, on this call. Their environment has to be in `env`;
   * prompts, pagers, protocols and fsmonitor stay off.
   */
  readonly runsHooks?: boolean;
  /** Bytes of standard output kept; more ends git with exit code 125. Default 256 MiB. */
  readonly maxBytes?: number;
}

/** How git ended. Exit code 127: git is not installed; 125: cancelled, or more output than allowed. */
export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A git call; never throws, never rejects. */
export type RunGit = (cwd: string, args: readonly string[], options?: GitOptions) => Promise<GitResult>;

const nullDevice = process.platform === 'win32' ? 'NUL' : '/dev/null';

// Each line closes one door through which a repository's own configuration can start a program.
const hardening = Object.entries({
  'core.fsmonitor': 'false',
  'core.hooksPath': nullDevice,
  'core.pager': 'cat',
  'core.askPass': '',
  'core.editor': 'false',
  'core.sshCommand': 'false',
  'core.alternateRefsCommand': 'false',
  'core.attributesFile': nullDevice,
  'credential.helper': '',
  'log.showSignature': 'false',
  'gpg.program': 'false',
  'diff.ignoreSubmodules': 'all',
  'submodule.recurse': 'false',
  'protocol.allow': 'never',
  'protocol.ext.allow': 'never',
  'uploadpack.packObjectsHook': '',
  'maintenance.auto': 'false',
  'gc.auto': '0',
  'safe.directory': '*',
}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

const baseEnvironment: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: nullDevice,
  GIT_CONFIG_SYSTEM: nullDevice,
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'false',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_FLUSH: '0',
  LC_ALL: 'C',
};

// With the repository's hooks and filters the user's own settings count too: that is where filters such as Git LFS stand.
const trustingEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(baseEnvironment).filter(([name]) => !/^GIT_(CONFIG|ATTR|ALLOW)_/.test(name)),
);

// What a subcommand would otherwise do on its own with drivers and nested repositories.
const subcommandHardening: Readonly<Record<string, readonly string[]>> = {
  diff: ['--no-ext-diff', '--no-textconv', '--ignore-submodules=all'],
  show: ['--no-ext-diff', '--no-textconv', '--no-show-signature'],
  log: ['--no-ext-diff', '--no-textconv', '--no-show-signature'],
  'diff-tree': ['--no-ext-diff', '--no-textconv'],
  'diff-index': ['--no-ext-diff', '--no-textconv', '--ignore-submodules=all'],
  'diff-files': ['--no-ext-diff', '--no-textconv', '--ignore-submodules=all'],
  blame: ['--no-textconv'],
  grep: ['--no-textconv'],
  status: ['--ignore-submodules=all'],
};

const defaultPath =
  process.platform === 'win32'
    ? 'C:\\Program Files\\Git\\cmd;C:\\Program Files (x86)\\Git\\cmd'
    : '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin';

const defaultMaxBytes = 256 * 1024 * 1024;

/** A search path without its relative entries, which would let a repository supply the programs. */
export function absoluteSearchPath(path: string | undefined): string {
  const entries = (path ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  return entries.length > 0 ? entries.join(delimiter) : defaultPath;
}

/** Makes a `runGit` that finds git on the given search path. */
export function createGitRunner(searchPath: string | undefined): RunGit {
  const path = absoluteSearchPath(searchPath);
  return (cwd, args, options = {}) => runGit(cwd, args, { ...options, env: { PATH: path, ...options.env } });
}

// Subcommands that never convert contents; all others could start the clean, smudge and process filters a repository configures.
const notConverting: ReadonlySet<string> = new Set([
  'cat-file',
  'check-attr',
  'check-ignore',
  'commit-tree',
  'config',
  'diff-tree',
  'for-each-ref',
  'grep',
  'init',
  'ls-files',
  'ls-tree',
  'merge-base',
  'rev-list',
  'rev-parse',
  'symbolic-ref',
  'update-ref',
  'version',
  'write-tree',
]);

/**
 * Runs git in `cwd`. `args[0]` is the subcommand; hardening options are put before and after it. No shell, no prompt, no
 * pager, no hook, no fsmonitor, no protocol, no external diff or textconv, no system or user configuration. Where the
 * subcommand converts contents, the repository's filters are looked up first and switched off (contents of LFS files are
 * then their pointers); a call with a GIT_DIR of the caller's own is spared that.
 */
export async function runGit(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const isConverting =
    !notConverting.has(args[0] ?? 'version') || (args[0] === 'ls-files' && args.some(asksForModified));
  if (!isConverting || options.runsHooks === true || options.env?.['GIT_DIR'] !== undefined)
    return spawnGit(cwd, args, options);
  const { input: _, ...asking } = options;
  const names = await spawnGit(cwd, ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'], asking);
  const env = { ...options.env, ...switchedOff(names.stdout.toString('utf8'), options.env) };
  return spawnGit(cwd, args, { ...options, env });
}

// The settings that keep the repository's own hooks and filters from running; the list is of pairs `-c`, `key=value`.
function isOfHooks(index: number): boolean {
  const setting = hardening[index - (index % 2) + 1] ?? '';
  return /^core\.(hooksPath|attributesFile)=/.test(setting);
}

function asksForModified(argument: string): boolean {
  return argument === '--modified' || /^-[a-z]*m/.test(argument);
}

// Through the environment, because `-c` cannot name a filter with an equals sign.
function switchedOff(names: string, given: GitOptions['env']): Record<string, string> {
  const keys = names.split('\0').filter((name) => name !== '');
  const first = Number(given?.['GIT_CONFIG_COUNT'] ?? 0);
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(first + keys.length) };
  keys.forEach((key, index) => {
    env[`GIT_CONFIG_KEY_${first + index}`] = key;
    env[`GIT_CONFIG_VALUE_${first + index}`] = key.endsWith('.required') ? 'false' : '';
  });
  return env;
}

function spawnGit(cwd: string, args: readonly string[], options: GitOptions): Promise<GitResult> {
  const [subcommand = 'version', ...rest] = args;
  const doors = options.runsHooks === true ? hardening.filter((_, index) => !isOfHooks(index)) : hardening;
  const line = [...doors, '--no-pager', subcommand, ...(subcommandHardening[subcommand] ?? []), ...rest];
  const base = options.runsHooks === true ? trustingEnvironment : baseEnvironment;
  const env = { PATH: defaultPath, ...windowsEnvironment(), ...base, ...options.env };
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  return new Promise((resolve) => {
    if (options.signal?.aborted === true)
      return resolve({ exitCode: 125, stdout: Buffer.alloc(0), stderr: 'cancelled' });
    const child = spawn('git', line, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let ended: string | null = null;
    const stop = (why: string): void => {
      ended = why;
      child.kill('SIGKILL');
    };
    const onAbort = (): void => stop('cancelled');
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (exitCode: number, message: string): void => {
      options.signal?.removeEventListener('abort', onAbort);
      resolve({
        exitCode,
        stdout: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
        stderr: message,
      });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) stop(`more than ${maxBytes} bytes of output`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 65_536) stderr += chunk.toString('utf8');
    });
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => finish(127, error.message));
    child.on('close', (code) => (ended === null ? finish(code ?? 128, stderr) : finish(125, ended)));
    child.stdin.end(options.input ?? '');
  });
}

// git.exe needs these to start at all; they are facts of the platform.
function windowsEnvironment(): Record<string, string> {
  return process.platform === 'win32' ? { SYSTEMROOT: 'C:\\Windows' } : {};
}
