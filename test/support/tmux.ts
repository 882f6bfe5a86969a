// A person at a real terminal: tmux is that terminal, keys are sent to it and its screen is looked at.
import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { monkeyPath } from './monkey.ts';
import type { Stage } from './stage.ts';

/** Whether there is a tmux; journeys that need it skip without. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A terminal with a program in it. */
export interface TmuxSeat {
  /** Waits until the screen shows the text; resolves to the screen. */
  sees(text: string | RegExp): Promise<string>;
  /** Waits until the alternate screen is on or off, and nothing changes any more. */
  settles(isFull: boolean): Promise<void>;
  /** Types literally. */
  types(text: string): void;
  /** Presses keys by tmux's names: Enter, Escape, C-c, BTab. */
  presses(...keys: readonly string[]): void;
  /** Puts a text in as a terminal does with what is pasted. */
  pastes(text: string): void;
  screen(): string;
  /** Screen and scrollback, lines that were broken by the terminal joined. */
  everything(): string;
  resize(columns: number, rows: number): void;
  /** Process id of the program that tmux started. */
  pid(): number;
}

let seats = 0;

/** Starts `monkey`; behind it the shell prints its exit code and waits. */
export function sitAtTmux(stage: Stage, args: readonly string[], size = { columns: 80, rows: 24 }): TmuxSeat {
  const socket = `monkey-test-${process.pid}-${seats++}`;
  const tmux = (...words: readonly string[]): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { ...process.env, TMUX: '' },
    });
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const environment = Object.entries(stage.env).map(([name, value]) => quote(`${name}=${value}`));
  const program = [process.execPath, monkeyPath, ...args].map(quote).join(' ');
  const command = `cd ${quote(stage.project)}; env -u NO_COLOR ${environment.join(' ')} ${program}; echo "left with $?"; sleep 600`;
  onTestFinished(() => {
    // The whole group at once: what still writes would be in the way of taking the folder away.
    process.kill(-Number(tmux('display-message', '-p', '#{pane_pid}').trim()), 'SIGKILL');
    spawnSync('tmux', ['-L', socket, 'kill-server']);
  });
  tmux('new-session', '-d', '-x', String(size.columns), '-y', String(size.rows), command);
  const screen = (): string => tmux('capture-pane', '-p');
  return {
    sees: async (text) => {
      const until = Date.now() + 15_000;
      for (;;) {
        const shown = screen();
        if (typeof text === 'string' ? shown.includes(text) : text.test(shown)) return shown;
        if (Date.now() > until) throw new Error(`never showed ${text}:\n${shown}`);
        await pause(40);
      }
    },
    settles: async (isFull) => {
      let before = '';
      for (let round = 0; round < 100; round++) {
        await pause(60);
        const shown = screen();
        const isOn = tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
        if (isOn === isFull && shown === before) return;
        before = shown;
      }
      throw new Error(`the screen never came to rest:\n${before}`);
    },
    types: (text) => void tmux('send-keys', '-l', text),
    presses: (...keys) => void tmux('send-keys', ...keys),
    pastes: (text) => {
      execFileSync('tmux', ['-L', socket, 'load-buffer', '-'], { input: text });
      tmux('paste-buffer', '-p', '-r');
    },
    screen,
    everything: () => tmux('capture-pane', '-p', '-J', '-S', '-'),
    resize: (columns, rows) => void tmux('resize-window', '-x', String(columns), '-y', String(rows)),
    pid: () => Number(tmux('display-message', '-p', '#{pane_pid}').trim()),
  };
}
