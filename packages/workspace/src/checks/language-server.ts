// One language server: started on first use, asked for the diagnostics of a file, shut down when idle, never waited for long.
//
// It is `starting` until `initialize` is answered, then `ready`, and `gone` once it ended, crashed or did not answer: a server
// that is gone is not started again, so that one that crashes at once costs nothing more. A file is opened with its text on disk
// first; what is reported then is the ground that later reports are compared with, so that only new errors are told.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import type { Finding } from './check.ts';
import { RpcConnection } from './json-rpc.ts';

/** How a server is started. */
export interface LanguageServerOptions {
  /** Name for people. */
  readonly name: string;
  /** Program and arguments; run without a shell. */
  readonly command: readonly [string, ...string[]];
  /** Real path of the project. */
  readonly root: string;
  /** Language id of the protocol by file ending, such as `ts` to `typescript`. */
  readonly languageIds: Readonly<Record<string, string>>;
  /** The environment of the process, already without secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ended after so long without a question. Default 5 minutes. */
  readonly idleMs?: number;
  /** A server that has not answered `initialize` by then is ended. Default 15 s. */
  readonly startMs?: number;
}

/** What a server said of a file after it changed. */
export interface NewDiagnostics {
  /** `late`: nothing came within the wait; `gone`: there is no server any more. */
  readonly state: 'answered' | 'late' | 'gone';
  /** Errors that the text before did not have. */
  readonly findings: readonly Finding[];
}

const position = z.object({ line: z.number(), character: z.number() });
const publishSchema = z.object({
  uri: z.string(),
  version: z.optional(z.nullable(z.number())),
  diagnostics: z.array(
    z.object({
      range: z.object({ start: position, end: position }),
      severity: z.optional(z.number()),
      code: z.optional(z.union([z.string(), z.number()])),
      message: z.string(),
    }),
  ),
});
type Published = z.infer<typeof publishSchema>;

interface OpenFile {
  version: number;
  text: string;
  /** The newest report for `version`; null while none has come. */
  findings: readonly Finding[] | null;
  onReport: (() => void) | null;
}

const quietMs = 200;

/** A running server; nothing is started before the first question. */
export class LanguageServer {
  readonly #options: LanguageServerOptions;
  readonly #files = new Map<string, OpenFile>();
  #child: ChildProcess | null = null;
  #connection: RpcConnection | null = null;
  #ready: Promise<boolean> | null = null;
  #isGone = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: LanguageServerOptions) {
    this.#options = options;
  }

  /**
   * Tells the server that a file changed from `before` to `after` and waits for its report, at most `waitMs` in all. Never
   * rejects: a server that is slow, broken or not there answers with nothing.
   */
  async changed(
    path: string,
    { before, after }: { readonly before: string | null; readonly after: string },
    waitMs: number,
  ): Promise<NewDiagnostics> {
    const end = performance.now() + waitMs;
    this.#keepAwake();
    if (!(await within(this.#start(), waitMs))) return nothing(this.#isGone);
    const known = this.#files.get(path);
    if (known === undefined && before !== null) this.#open(path, before);
    // Without a report on the text before, every error would look new.
    const old = before === null ? [] : await this.#report(path, end - performance.now());
    if (old === null) {
      this.#change(path, after);
      return nothing(this.#isGone);
    }
    this.#change(path, after);
    const now = await this.#report(path, end - performance.now());
    if (now === null) return nothing(this.#isGone);
    return { state: 'answered', findings: newErrors(old, now) };
  }

  /** Asks it to end, and ends it when it does not. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const [child, connection] = [this.#child, this.#connection];
    this.#isGone = true;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const asked = connection?.request('shutdown', null).then(
      () => connection.notify('exit', null),
      () => undefined,
    );
    await Promise.race([asked?.then(() => ended), sleep(1_000)]);
    kill(child);
    await Promise.race([ended, sleep(1_000)]);
  }

  #start(): Promise<boolean> {
    if (this.#isGone) return Promise.resolve(false);
    this.#ready ??= this.#initialize();
    return this.#ready;
  }

  async #initialize(): Promise<boolean> {
    const { command, root, environment, startMs = 15_000, name } = this.#options;
    const [program, ...args] = command;
    // A group of its own, so that what it starts ends with it.
    const child = spawn(program, args, {
      cwd: root,
      env: { ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: process.platform !== 'win32',
    });
    this.#child = child;
    child.on('error', () => this.#gone());
    child.on('exit', () => this.#gone());
    child.unref();
    const connection = new RpcConnection(child.stdout, child.stdin, {
      onNotification: (method, params) => {
        if (method === 'textDocument/publishDiagnostics') this.#take(params);
      },
      onRequest: (method, params) => answer(method, params),
      onClosed: () => this.#gone(),
    });
    this.#connection = connection;
    const uri = pathToFileURL(root).href;
    const asked = connection.request('initialize', {
      processId: process.pid,
      clientInfo: { name: 'monkey' },
      rootUri: uri,
      workspaceFolders: [{ uri, name }],
      capabilities: {
        textDocument: { synchronization: {}, publishDiagnostics: { versionSupport: true } },
        workspace: { configuration: true, workspaceFolders: true },
      },
    });
    const isReady = await within(
      asked.then(() => true).catch(() => false),
      startMs,
    );
    if (isReady) connection.notify('initialized', {});
    else this.#gone();
    return isReady;
  }

  #open(path: string, text: string): void {
    const ending = path.slice(path.lastIndexOf('.') + 1);
    this.#files.set(path, { version: 1, text, findings: null, onReport: null });
    this.#connection?.notify('textDocument/didOpen', {
      textDocument: { uri: this.#uri(path), languageId: this.#options.languageIds[ending] ?? ending, version: 1, text },
    });
  }

  #change(path: string, text: string): void {
    const file = this.#files.get(path);
    if (file === undefined) this.#open(path, text);
    if (file === undefined || file.text === text) return;
    Object.assign(file, { version: file.version + 1, text, findings: null });
    this.#connection?.notify('textDocument/didChange', {
      textDocument: { uri: this.#uri(path), version: file.version },
      contentChanges: [{ text }],
    });
  }

  /** The report for the file's newest version; null when none comes in time. */
  async #report(path: string, waitMs: number): Promise<readonly Finding[] | null> {
    const file = this.#files.get(path);
    if (file === undefined || this.#isGone) return null;
    if (file.findings !== null) return file.findings;
    const end = performance.now() + waitMs;
    // Servers report in steps, syntax before types: the last report before a pause is the one to go by.
    for (let patience = waitMs; patience > 0; patience = Math.min(quietMs, end - performance.now())) {
      const came = new Promise<boolean>((resolve) => {
        file.onReport = () => resolve(true);
      });
      if (!(await within(came, patience)) || this.#isGone) break;
    }
    file.onReport = null;
    return file.findings;
  }

  #take(params: unknown): void {
    const parsed = z.safeParse(publishSchema, params);
    if (!parsed.success || !parsed.data.uri.startsWith('file:')) return;
    const path = this.#pathOf(parsed.data.uri);
    const file = this.#files.get(path);
    if (file === undefined) return;
    const { version } = parsed.data;
    if (typeof version === 'number' && version < file.version) return;
    file.findings = findingsOf(path, parsed.data, this.#options.name);
    file.onReport?.();
  }

  #pathOf(uri: string): string {
    for (const path of this.#files.keys()) if (this.#uri(path) === uri) return path;
    try {
      return fileURLToPath(uri);
    } catch {
      return uri;
    }
  }

  #uri(path: string): string {
    return pathToFileURL(join(this.#options.root, path)).href;
  }

  #keepAwake(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), this.#options.idleMs ?? 300_000);
    this.#idle.unref();
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#idle);
    for (const { onReport } of this.#files.values()) onReport?.();
    this.#connection?.close('the server is gone');
    if (this.#child !== null) kill(this.#child);
  }
}

function nothing(isGone: boolean): NewDiagnostics {
  return { state: isGone ? 'gone' : 'late', findings: [] };
}

/** Settings and the like that a server asks of its client: it has none. */
function answer(method: string, params: unknown): unknown {
  if (method !== 'workspace/configuration') return null;
  const items = z.safeParse(z.object({ items: z.array(z.unknown()) }), params);
  return items.success ? items.data.items.map(() => null) : [];
}

function findingsOf(path: string, { diagnostics }: Published, source: string): Finding[] {
  return diagnostics.map(({ range, severity, code, message }) => ({
    file: path,
    line: range.start.line + 1,
    column: range.start.character + 1,
    severity: (severity ?? 1) === 1 ? ('error' as const) : ('warning' as const),
    code: code === undefined ? null : String(code),
    message,
    source,
  }));
}

/** Errors of `now` that `old` has not, wherever their lines have moved: compared by what they say, each as often as it is said. */
function newErrors(old: readonly Finding[], now: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  const key = ({ code, message }: Finding): string => `${code} ${message}`;
  for (const finding of old) counts.set(key(finding), (counts.get(key(finding)) ?? 0) + 1);
  return now.filter((finding) => {
    if (finding.severity !== 'error') return false;
    const left = counts.get(key(finding)) ?? 0;
    counts.set(key(finding), left - 1);
    return left <= 0;
  });
}

/** False when it takes longer. */
async function within(work: Promise<boolean>, waitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), waitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It has ended before.
  }
}
