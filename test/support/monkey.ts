// The real binary as a process: started in a folder with a home of its own, watched until it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repositoryRoot = resolve(import.meta.dirname, '..', '..');
/** The bundle that would be published. */
export const monkeyPath = join(repositoryRoot, 'apps', 'cli', 'dist', 'monkey.cjs');

/** How a process is started. */
export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text on standard input; `open` for a pipe that never ends; absent for an input that has ended. */
  readonly input?: string | 'open';
  /** Before it is killed and the test fails; default 30 s. */
  readonly timeoutMs?: number;
}

/** A process that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A process that runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output or error contains the text; rejects when the process ends without it. */
  seen(text: string): Promise<void>;
  /** Standard output so far. */
  output(): string;
  send(signal: NodeJS.Signals): void;
  write(text: string): void;
}

/** Starts `monkey`. Throws when it is not built. */
export function startMonkey(args: readonly string[], options: StartOptions): Running {
  if (!existsSync(monkeyPath))
    throw new Error(`${monkeyPath} is missing: run \`npm run build\` first (\`npm test\` does it)`);
  const child = spawn(process.execPath, [monkeyPath, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => undefined);
  if (options.input === undefined) child.stdin?.end();
  else if (options.input !== 'open') child.stdin?.end(options.input);
  return watch(child, args, options.timeoutMs ?? 30_000);
}

/** Runs `monkey` to its end. */
export function runMonkey(args: readonly string[], options: StartOptions): Promise<Ended> {
  return startMonkey(args, options).ended;
}

function watch(child: ChildProcess, args: readonly string[], timeoutMs: number): Running {
  const startedAt = performance.now();
  const text = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const hear = (name: 'stdout' | 'stderr') => (chunk: string) => {
    text[name] += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout?.setEncoding('utf8').on('data', hear('stdout'));
  child.stderr?.setEncoding('utf8').on('data', hear('stderr'));
  const ended = new Promise<Ended>((resolveEnd, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`monkey ${args.join(' ')} did not end in ${timeoutMs} ms\n${text.stdout}\n${text.stderr}`));
    }, timeoutMs);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolveEnd({ code, signal, ...text, durationMs: performance.now() - startedAt });
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    seen: (wanted) => seen(wanted, { text, listeners, ended }),
    output: () => text.stdout,
    send: (signal) => void child.kill(signal),
    write: (input) => void child.stdin?.write(input),
  };
}

interface Heard {
  readonly text: { readonly stdout: string; readonly stderr: string };
  readonly listeners: Set<() => void>;
  readonly ended: Promise<Ended>;
}

function seen(wanted: string, { text, listeners, ended }: Heard): Promise<void> {
  return new Promise((resolveSeen, reject) => {
    const look = (): void => {
      if (!text.stdout.includes(wanted) && !text.stderr.includes(wanted)) return;
      listeners.delete(look);
      resolveSeen();
    };
    listeners.add(look);
    look();
    ended.then(() => {
      look();
      reject(new Error(`ended without saying "${wanted}"\n${text.stdout}\n${text.stderr}`));
    }, reject);
  });
}
