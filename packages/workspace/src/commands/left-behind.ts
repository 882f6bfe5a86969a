// Ends what the commands of an agent that died have left behind, where no sandbox did it.
//
// An agent's folder says who owns it, and names its running commands by their markers. When the owner is gone, every process
// that carries one of these markers in its environment and began after the owner is of its commands; so is the rest of such a
// process's group, because each command began a session of its own. Without /proc nothing is certain, and nothing is ended.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasLiveGroup, markedProcesses, processFacts, signalGroup, signalProcesses } from './process-tree.ts';

interface Owner {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; 0 where that is not known. */
  readonly startTicks: number;
  /** Pids mean something only among processes of the same namespace. */
  readonly namespace: string;
  readonly boot: string;
}

const politeMs = 500;
const pollMs = 20;
/** A folder that cannot be judged is removed when it is this old. */
const forgottenMs = 7 * 24 * 3_600_000;

/** Says in a folder that this process owns it. A folder that cannot be written is left without. */
export function claimFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // All of it is in the name: an empty file needs no room on a full disk, and is there whole or not at all.
    writeFileSync(join(folder, ownerName(thisProcess())), '', { mode: 0o600 });
  } catch {
    // Commands run all the same; only a crash would leave something behind.
  }
}

/** Removes the folder of an agent that has ended. Few files are in it as a rule: Node's own removal takes milliseconds to begin. */
export function removeFolder(folder: string): void {
  try {
    emptyOut(folder);
  } catch {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emptyOut(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) emptyOut(path);
    else unlinkSync(path);
  }
  rmdirSync(folder);
}

/** Notes that a command is about to run; the function that comes back notes its end. */
export function noteCommand(folder: string, marker: string): () => void {
  const path = join(folder, 'live', marker);
  try {
    mkdirSync(join(folder, 'live'), { recursive: true, mode: 0o700 });
    writeFileSync(path, '', { mode: 0o600 });
  } catch {
    return () => undefined;
  }
  return () => rmSync(path, { force: true });
}

/** What `recoverCommands` works with. */
export interface RecoverOptions {
  /** Folder of this agent, left alone. */
  readonly own: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Looks at the folders of all agents under one folder; ends what dead ones left behind. The promises that come back are the
 * removals of their folders, still under way.
 */
export async function recoverCommands(parent: string, options: RecoverOptions): Promise<Promise<void>[]> {
  const removals: Promise<void>[] = [];
  for (const name of namesIn(parent)) {
    const folder = join(parent, name);
    if (folder === options.own) continue;
    const owner = readOwner(folder);
    const state = owner === undefined ? 'unknown' : stateOf(owner);
    if (state === 'alive' || (state === 'unknown' && !isForgotten(folder, options.now))) continue;
    if (state === 'dead' && owner !== undefined) await endCommands(folder, owner);
    removals.push(rm(folder, { recursive: true, force: true }).catch(() => undefined));
  }
  return removals;
}

async function endCommands(folder: string, owner: Owner): Promise<void> {
  const markers = namesIn(join(folder, 'live'));
  if (markers.length === 0 || owner.startTicks === 0 || owner.boot !== bootId()) return;
  const groups = new Set<number>();
  for (let waited = 0; waited <= politeMs * 2; waited += pollMs) {
    const left = whatIsLeft(markers, owner, groups);
    if (left.pids.length === 0 && left.groups.length === 0) return;
    if (waited === 0) endProcesses(left, 'SIGTERM');
    if (waited >= politeMs) endProcesses(left, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

interface Left {
  readonly pids: readonly number[];
  readonly groups: readonly number[];
}

/** A group stays of the command as long as it has a member, even when those with the marker are gone: `groups` remembers it. */
function whatIsLeft(markers: readonly string[], owner: Owner, groups: Set<number>): Left {
  const pids = markers.flatMap((marker) => ownedProcesses(marker, owner));
  for (const pid of pids) addGroup(groups, pid);
  return { pids, groups: [...groups].filter(hasLiveGroup) };
}

function endProcesses({ pids, groups }: Left, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const groupId of groups) signalGroup(groupId, signal);
  signalProcesses(pids, signal);
}

function ownedProcesses(marker: string, owner: Owner): number[] {
  return markedProcesses(marker, 0).filter((pid) => {
    const facts = processFacts(pid);
    return facts !== undefined && facts.startTicks >= owner.startTicks && pid !== process.pid;
  });
}

function addGroup(groups: Set<number>, pid: number): void {
  const groupId = processFacts(pid)?.groupId ?? 0;
  if (groupId > 1 && groupId !== processFacts(process.pid)?.groupId) groups.add(groupId);
}

function stateOf(owner: Owner): 'alive' | 'dead' | 'unknown' {
  if (owner.boot !== bootId()) return 'dead';
  if (owner.namespace !== pidNamespace()) return 'unknown';
  if (process.platform === 'linux') {
    return processFacts(owner.pid)?.startTicks === owner.startTicks ? 'alive' : 'dead';
  }
  return 'unknown';
}

function thisProcess(): Owner {
  const startTicks = processFacts(process.pid)?.startTicks ?? 0;
  return { pid: process.pid, startTicks, boot: bootId(), namespace: pidNamespace() };
}

function ownerName({ pid, startTicks, namespace, boot }: Owner): string {
  return `owner_${pid}_${startTicks}_${namespace}_${boot}`;
}

function readOwner(folder: string): Owner | undefined {
  const [, pid, startTicks, namespace, boot] =
    namesIn(folder)
      .find((name) => name.startsWith('owner_'))
      ?.split('_') ?? [];
  if (pid === undefined || startTicks === undefined || namespace === undefined || boot === undefined) return undefined;
  return { pid: Number(pid), startTicks: Number(startTicks), namespace, boot };
}

function isForgotten(folder: string, now: number): boolean {
  try {
    return now - statSync(folder).mtimeMs > forgottenMs;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}
