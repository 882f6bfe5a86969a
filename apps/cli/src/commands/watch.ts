// `monkey watch`: runs a command or the project's checks again whenever files change.
//
// What changes while a command runs may be its own doing. It runs once more for it; files that change during two runs in a row
// are its products, and no reason to run again.
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import {
  type CommandRequest,
  createFileLister,
  createGitRunner,
  createWorkspace,
  type FileWatch,
  type Workspace,
  watchFiles,
} from '@monkey-coder/workspace';
import type { Command, CommandContext } from '../configuration/command-context.ts';
import { watchSignals } from '../run/signals.ts';
import { printable } from '../terminal/style.ts';

/** Watches until interrupted; ends with the exit code of the last run. */
export const watch: Command = async (context) => {
  const { world, line } = context;
  const workspace = createWorkspace({
    root: context.cwd(),
    addedFolders: [],
    stateFolder: world.homes.state,
    protectedFolders: [world.homes.config],
    environment: world.environment,
    now: world.now,
    newId: world.newId,
  });
  const signals = watchSignals(() => world.err('\n'));
  const loop = new Loop(context, workspace, signals.signal);
  const runGit = createGitRunner(world.environment['PATH']);
  let watching: FileWatch | undefined;
  try {
    const commands = await commandsOf(context, workspace);
    watching = await watchFiles({
      root: workspace.root,
      lister: createFileLister(workspace.root, { runGit }),
      runGit,
      onChange: (paths) => loop.changed(paths),
      mode: line.options.has('sweep') ? 'sweep' : 'watch',
    });
    const how = watching.mode === 'watch' ? `${watching.folders} folders` : 'by comparing times';
    world.err(context.style.dim(`watching ${workspace.root} (${how}); Ctrl-C ends\n`));
    return await loop.run(commands);
  } finally {
    signals.close();
    watching?.close();
    await workspace.close();
  }
};

async function commandsOf(
  { line }: CommandContext,
  workspace: Workspace,
): Promise<readonly { command: string; cwd: string }[]> {
  const text = line.operands.join(' ');
  if (text !== '' && !line.options.has('check')) return [{ command: text, cwd: '.' }];
  const { checks } = await workspace.project();
  const known = checks.map(({ command, cwd }) => ({ command, cwd }));
  if (line.options.has('check') && known.length > 0) return known;
  throw new MonkeyError(
    'usage.invalid',
    line.options.has('check') ? 'no checks are known for this project' : 'watch what? monkey watch -- COMMAND',
    {
      advice: 'Give a command: monkey watch -- npm test.',
    },
  );
}

class Loop {
  readonly #context: CommandContext;
  readonly #workspace: Workspace;
  readonly #signal: AbortSignal;
  readonly #products = new Set<string>();
  #pending = new Set<string>();
  #duringRun = new Set<string>();
  #isRunning = false;
  #wake: () => void = () => undefined;

  constructor(context: CommandContext, workspace: Workspace, signal: AbortSignal) {
    this.#context = context;
    this.#workspace = workspace;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  changed(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#isRunning) this.#duringRun.add(path);
      else if (!this.#products.has(path)) this.#pending.add(path);
    }
    if (this.#pending.size > 0) this.#wake();
  }

  async run(commands: readonly { command: string; cwd: string }[]): Promise<number> {
    let exitCode = 0;
    let before: ReadonlySet<string> = new Set();
    while (!this.#signal.aborted) {
      exitCode = await this.#runAll(commands);
      // Late events of the run belong to it.
      await new Promise((resolve) => setTimeout(resolve, 250));
      before = this.#sortOut(before);
      if (this.#pending.size === 0 && !this.#signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        before = new Set();
      }
      this.#announce();
    }
    return exitCode;
  }

  // What changed during this run and the one before it, without anybody else in between, is a product.
  #sortOut(before: ReadonlySet<string>): ReadonlySet<string> {
    const during = this.#duringRun;
    this.#duringRun = new Set();
    this.#isRunning = false;
    for (const path of during) (before.has(path) ? this.#products : this.#pending).add(path);
    for (const path of this.#products) this.#pending.delete(path);
    return during;
  }

  #announce(): void {
    const { world, style } = this.#context;
    const [first = '', ...more] = this.#pending;
    if (!this.#signal.aborted && first !== '')
      world.out(style.dim(`\nchanged: ${printable(first)}${more.length > 0 ? ` and ${more.length} more` : ''}\n`));
    this.#pending = new Set();
  }

  async #runAll(commands: readonly { command: string; cwd: string }[]): Promise<number> {
    this.#isRunning = true;
    let exitCode = 0;
    for (const { command, cwd } of commands) {
      if (this.#signal.aborted) return exitCode;
      const code = await this.#runOne(command, cwd);
      if (code !== 0) exitCode = 1;
    }
    return exitCode;
  }

  async #runOne(command: string, cwd: string): Promise<number> {
    const { world, line, style, loaded } = this.#context;
    const { settings } = loaded();
    world.out(`${style.bold(`$ ${printable(command)}`)}\n`);
    const result = await this.#workspace.commands.run({
      command,
      cwd: join(this.#workspace.root, cwd),
      timeoutMs: 30 * 60_000,
      maxOutputBytes: 64 * 1024,
      network: line.options.has('network') ? true : settings.network,
      writable: true,
      sandbox: (line.options.get('sandbox')?.[0] as CommandRequest['sandbox'] | undefined) ?? settings.sandbox,
      signal: this.#signal,
      onOutput: (text) => world.out(text),
    });
    const seconds = (result.durationMs / 1_000).toFixed(1);
    const isFine = result.exitCode === 0 && result.endedBy === 'itself';
    const end = isFine
      ? style.green(`passed in ${seconds} s`)
      : style.red(`failed (${result.exitCode ?? result.endedBy}) in ${seconds} s`);
    world.out(`${end}\n`);
    return isFine ? 0 : 1;
  }
}
