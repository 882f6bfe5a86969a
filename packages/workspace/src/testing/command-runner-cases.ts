// What every command runner must do, with real processes.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMonkeyError } from '@monkey-coder/protocol';
import type { CommandRequest, CommandResult, CommandRunner } from '../commands/command-runner.ts';
import type { ConformanceCase } from './case.ts';

/** A runner on an empty folder, made with an environment that holds `OPENAI_API_KEY` and `GREETING=hello`. */
export interface CommandFixture {
  readonly root: string;
  readonly runner: CommandRunner;
}

const plain: Omit<CommandRequest, 'command' | 'signal'> = {
  timeoutMs: 20_000,
  maxOutputBytes: 64 * 1024,
  network: false,
  writable: true,
  sandbox: 'preferred',
};

function run({ runner }: CommandFixture, command: string, more: Partial<CommandRequest> = {}): Promise<CommandResult> {
  return runner.run({ ...plain, command, signal: new AbortController().signal, ...more });
}

/** Processes whose command line holds a word; only on Linux. */
function processesWith(word: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function expectGone(word: string): Promise<void> {
  for (let round = 0; round < 50 && processesWith(word).length > 0; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  deepEqual(processesWith(word), []);
}

let counter = 0;
function uniqueSeconds(): string {
  counter += 1;
  return `${4000 + counter}.${process.pid}${counter}`;
}

/** The cases. */
export const commandRunnerCases: readonly ConformanceCase<CommandFixture>[] = [
  {
    name: 'gives exit code and both streams in order',
    run: async (fixture) => {
      const result = await run(fixture, 'echo one; echo two >&2; echo three; exit 7');
      equal(result.output, 'one\ntwo\nthree\n');
      equal(result.exitCode, 7);
      equal(result.endedBy, 'itself');
      equal(result.omittedBytes, 0);
      match((await run(fixture, 'if then')).output, /syntax error/);
      match((await run(fixture, 'no_such_program_x')).output, /not found/);
    },
  },
  {
    name: 'has empty input, no secrets, no colour and no pager',
    run: async (fixture) => {
      equal((await run(fixture, 'cat; echo end')).output, 'end\n');
      const { output } = await run(fixture, 'env');
      ok(!output.includes('OPENAI_API_KEY'));
      for (const line of ['GREETING=hello', 'CI=1', 'NO_COLOR=1', 'TERM=dumb', 'PAGER=cat', 'GIT_TERMINAL_PROMPT=0']) {
        ok(output.split('\n').includes(line), line);
      }
    },
  },
  {
    name: 'ends the whole tree on time-out: children, grandchildren, and those in a session of their own',
    run: async (fixture) => {
      const seconds = uniqueSeconds();
      const command = `sleep ${seconds} & (sleep ${seconds} &) ; setsid sleep ${seconds} & setsid sh -c 'setsid sleep ${seconds} & wait' & wait`;
      const result = await run(fixture, command, { timeoutMs: 300 });
      equal(result.endedBy, 'timeout');
      equal(result.exitCode, null);
      ok(result.durationMs < 3_500, `${result.durationMs} ms`);
      await expectGone(`sleep\0${seconds}`);
    },
  },
  {
    name: 'ends what a finished command left in the background, without waiting for it',
    run: async (fixture) => {
      const seconds = uniqueSeconds();
      const started = performance.now();
      const result = await run(fixture, `sleep ${seconds} & setsid sleep ${seconds} & echo done`);
      equal(result.output, 'done\n');
      equal(result.exitCode, 0);
      ok(performance.now() - started < 2_000);
      await expectGone(`sleep\0${seconds}`);
    },
  },
  {
    name: 'ends a process that ignores the polite end',
    run: async (fixture) => {
      const seconds = uniqueSeconds();
      const result = await run(fixture, `trap '' TERM; sleep ${seconds} & while :; do sleep 0.05; done`, {
        timeoutMs: 200,
      });
      equal(result.endedBy, 'timeout');
      ok(result.durationMs < 4_000, `${result.durationMs} ms`);
      await expectGone(`sleep\0${seconds}`);
    },
  },
  {
    name: 'lets a command tidy up when it is ended politely',
    run: async (fixture) => {
      const command = `trap 'echo tidied > tidied.txt; exit 0' TERM; while :; do sleep 0.05; done`;
      const result = await run(fixture, command, { timeoutMs: 300 });
      equal(result.endedBy, 'timeout');
      ok(existsSync(join(fixture.root, 'tidied.txt')));
      ok(result.durationMs < 1_500, `${result.durationMs} ms`);
    },
  },
  {
    name: 'is cancelled by its signal, also by one already given',
    run: async (fixture) => {
      const seconds = uniqueSeconds();
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 100);
      equal((await run(fixture, `sleep ${seconds}`, { signal: controller.signal })).endedBy, 'cancelled');
      equal((await run(fixture, `sleep ${seconds}`, { signal: AbortSignal.abort() })).endedBy, 'cancelled');
      await expectGone(`sleep\0${seconds}`);
    },
  },
  {
    name: 'keeps head and tail of long output, files the whole, and gives text as it comes',
    run: async (fixture) => {
      let streamed = '';
      const result = await run(fixture, 'echo START; seq 1 50000; echo END', {
        maxOutputBytes: 1000,
        onOutput: (text) => {
          streamed += text;
        },
      });
      ok(result.output.startsWith('START\n1\n2\n'));
      ok(result.output.endsWith('50000\nEND\n'));
      ok(result.output.length < 1_300);
      equal(result.omittedBytes + 1000, streamed.length);
      equal(readFileSync(result.outputFile ?? '', 'utf8'), streamed);
      match(result.output, /bytes omitted/);
    },
  },
  {
    name: 'ends a command that prints without end',
    run: async (fixture) => {
      const before = process.memoryUsage().rss;
      const result = await run(fixture, 'yes "$(head -c 2000 /dev/zero | tr \'\\0\' x)"', { maxOutputBytes: 10_000 });
      equal(result.endedBy, 'output-limit');
      ok(result.output.length < 11_000);
      ok(process.memoryUsage().rss - before < 150 * 1024 * 1024);
    },
  },
  {
    name: 'survives a command that keeps forking',
    run: async (fixture) => {
      const seconds = uniqueSeconds();
      const command = `for i in $(seq 1 200); do setsid sleep ${seconds} & done; while :; do sh -c 'sleep 0.01' & sleep 0.02; done`;
      const result = await run(fixture, command, { timeoutMs: 700 });
      equal(result.endedBy, 'timeout');
      await expectGone(`sleep\0${seconds}`);
    },
  },
  {
    name: 'removes terminal sequences, also cut ones, and keeps text of other alphabets whole',
    run: async (fixture) => {
      const command = `printf '\\033[31mred\\033[0m \\033'; sleep 0.1; printf '[1mbold\\033]0;title\\007\\342'; sleep 0.1; printf '\\202\\254\\n'`;
      equal((await run(fixture, command)).output, 'red bold€\n');
    },
  },
  {
    name: 'leaves its own running commands alone when it looks for what others left behind',
    run: async (fixture) => {
      const running = run(fixture, 'sleep 0.3; echo whole');
      await fixture.runner.recover();
      equal((await running).output, 'whole\n');
      await fixture.runner.recover();
    },
  },
  {
    name: 'runs in the folder asked for and says when there is none',
    run: async (fixture) => {
      equal((await run(fixture, 'pwd')).output, `${fixture.root}\n`);
      await rejects(run(fixture, 'pwd', { cwd: join(fixture.root, 'missing'), sandbox: 'off' }), isMonkeyError);
      writeFileSync(join(fixture.root, 'in.txt'), 'in\n');
      equal((await run(fixture, 'cat in.txt && echo out > out.txt')).exitCode, 0);
      equal(readFileSync(join(fixture.root, 'out.txt'), 'utf8'), 'out\n');
    },
  },
];
