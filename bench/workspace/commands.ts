// What the sandbox costs a command, and whether any process survives one.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandRequest, createWorkspace, type Workspace } from '@monkey-coder/workspace';
import { type Figure, quantile } from '../models/figure.ts';

/** Measures in an empty folder. */
export async function measure(): Promise<readonly Figure[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-bench-')));
  let ids = 0;
  mkdirSync(join(folder, 'ws'));
  const workspace = createWorkspace({
    root: join(folder, 'ws'),
    addedFolders: [],
    stateFolder: join(folder, 'state'),
    protectedFolders: [],
    environment: process.env,
    now: () => performance.now(),
    newId: (prefix) => `${prefix}_${process.pid}_${ids++}`,
  });
  try {
    const { kind } = await workspace.commands.sandbox();
    const overhead = await overheadOf(workspace);
    const left = { sandboxed: await survivorsOf(workspace, 'preferred'), bare: await survivorsOf(workspace, 'off') };
    return [
      {
        what: `overhead of the sandbox (${kind}; median of 60 pairs)`,
        goal: '< 15 ms',
        measured: `${overhead.toFixed(1)} ms`,
        isMet: kind === 'bubblewrap' && overhead < 15,
      },
      {
        what: 'processes left by 5 ways to escape, sandboxed',
        goal: '0',
        measured: String(left.sandboxed),
        isMet: left.sandboxed === 0,
      },
      { what: 'the same without a sandbox', goal: '0', measured: String(left.bare), isMet: left.bare === 0 },
    ];
  } finally {
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(workspace: Workspace, command: string, sandbox: CommandRequest['sandbox'], timeoutMs = 20_000) {
  const { signal } = new AbortController();
  return workspace.commands.run({
    command,
    timeoutMs,
    maxOutputBytes: 10_000,
    network: false,
    writable: true,
    sandbox,
    signal,
  });
}

async function overheadOf(workspace: Workspace): Promise<number> {
  const times: Record<'preferred' | 'off', number[]> = { preferred: [], off: [] };
  for (let round = 0; round < 65; round++) {
    for (const sandbox of ['preferred', 'off'] as const) {
      const startedAt = performance.now();
      await run(workspace, 'true', sandbox);
      if (round >= 5) times[sandbox].push(performance.now() - startedAt);
    }
  }
  return quantile(times.preferred, 0.5) - quantile(times.off, 0.5);
}

async function survivorsOf(workspace: Workspace, sandbox: CommandRequest['sandbox']): Promise<number> {
  const word = `98${process.pid}.${sandbox.length}`;
  const ways = [
    `setsid sleep ${word} & true`,
    `nohup sleep ${word} >/dev/null 2>&1 & disown; true`,
    `(setsid sh -c 'sleep ${word} & exit' &) ; true`,
    `setsid setsid sh -c 'trap "" TERM HUP; sleep ${word}' & sleep ${word}`,
    `sh -c 'sleep ${word} & exec sleep ${word}'`,
  ];
  await Promise.all(ways.map((way) => run(workspace, way, sandbox, 700)));
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && lineOf(pid).includes(`sleep\0${word}`)).length;
}

function lineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
