// Measures whole processes: CPU (user and system, children included), peak memory of the largest, wall time.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const gnuTime = '/usr/bin/time';

/** Whether figures can be taken here (GNU time is there). */
export const canMeasure = () => existsSync(gnuTime);

/** An environment without what would distort the figures: extra certificates cost Node 20 over 30 ms a start. */
export function cleanEnvironment(home, more = {}) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    MONKEY_HOME: join(home, 'monkey'),
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    ...more,
  };
}

/** Runs a command once. CPU and wall in milliseconds, memory in megabytes. */
export function measure(command, args, { cwd, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-measure-'));
  const file = join(folder, 'time');
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(gnuTime, ['-q', '-o', file, '-f', '%U %S %M', command, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const [user, system, kilobytes] = readFileSync(file, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
      rmSync(folder, { recursive: true, force: true });
      resolve({
        code,
        stdout,
        stderr,
        wallMs: performance.now() - started,
        cpuMs: (user + system) * 1000,
        peakMb: kilobytes / 1024,
        endedAt: Date.now(),
      });
    });
  });
}

/** The middle of some numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/**
 * CPU of a short command: GNU time counts in steps of 10 ms, so a batch of runs is timed as one and divided.
 * The two commands take turns, so that a slow minute of the machine hits both.
 */
export async function cpuOfStarts(commands, { rounds, batch, cwd, env }) {
  const sums = commands.map(() => []);
  const peaks = commands.map(() => 0);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, words] of commands.entries()) {
      const script = `i=0; while [ $i -lt ${batch} ]; do ${words.map(quote).join(' ')} >/dev/null 2>&1; i=$((i+1)); done`;
      const result = await measure('sh', ['-c', script], { cwd, env });
      peaks[index] = Math.max(peaks[index], result.peakMb);
      if (round > 0) sums[index].push(result.cpuMs / batch);
    }
  }
  return commands.map((_, index) => ({ cpuMs: median(sums[index]), peakMb: peaks[index] }));
}

function quote(word) {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A table in Markdown. */
export function markdownTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const line = (row) => `| ${row.map((cell, column) => String(cell).padEnd(widths[column])).join(' | ')} |`;
  return [
    line(rows[0]),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...rows.slice(1).map(line),
  ].join('\n');
}
