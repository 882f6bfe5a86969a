// A person at a pseudo-terminal: sees, types, leaves.
import { spawn, spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { monkeyPath } from './monkey.ts';
import type { Stage } from './stage.ts';

/** Runs a command on a pseudo-terminal. */
const terminalProgram = 'script';
/** Whether there is a program that makes pseudo-terminals. */
export const hasTerminal =
  spawnSync(terminalProgram, ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

/** A terminal that is typed at when it shows what is waited for. */
export interface Person {
  /** Waits for a text behind what was waited for before. */
  sees(text: string): Promise<void>;
  types(text: string): void;
  /** Everything shown, and the exit code. */
  leaves(): Promise<{ readonly screen: string; readonly code: number | null }>;
}

/** Starts the binary on a pseudo-terminal. */
export function sitDown(stage: Stage, args: readonly string[]): Person {
  const command = [process.execPath, monkeyPath, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(terminalProgram, ['-qfec', command, '/dev/null'], {
    cwd: stage.project,
    env: { ...stage.env, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let screen = '';
  let looked = 0;
  let look = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    look();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    sees: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`never showed "${text}":\n${screen}`)), 15_000);
        look = () => {
          const at = screen.indexOf(text, looked);
          if (at < 0) return;
          looked = at + text.length;
          clearTimeout(timer);
          look = () => undefined;
          resolve();
        };
        look();
      }),
    types: (text) => void child.stdin.write(text),
    leaves: async () => ({ code: await ended, screen }),
  };
}
