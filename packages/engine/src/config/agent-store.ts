// What is kept about agents: which are switched off, which texts are pinned, and how their runs ended.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const health = z.object({
  /** Hash of the text that the counts are about. */
  hash: z.string(),
  runs: z.number(),
  /** Runs that ended as their task wanted: verified, or answered. */
  good: z.number(),
  failed: z.number(),
  /** Milliseconds since 1970. */
  lastAt: z.number(),
});
const fileSchema = z.object({
  version: z.literal(1),
  disabled: z.array(z.string()),
  /** Name to the hash of the only text that may be used. */
  pins: z.record(z.string(), z.string()),
  health: z.record(z.string(), health),
});
type AgentFile = z.infer<typeof fileSchema>;
/** How the runs of one agent's present text ended. */
export type AgentHealth = z.infer<typeof health>;

/** The store of one state folder. A damaged file counts as empty. */
export interface AgentStore {
  readonly path: string;
  read(): Omit<AgentFile, 'version'>;
  setEnabled(name: string, isEnabled: boolean): void;
  /** Without a hash the pin is taken away. */
  pin(name: string, hash: string | undefined): void;
  /** Counts a run; counts of another text begin anew. */
  count(name: string, hash: string, end: { readonly isGood: boolean; readonly now: number }): void;
}

const empty: AgentFile = { version: 1, disabled: [], pins: {}, health: {} };

/** Opens the store; its file is made by the first change. */
export function createAgentStore(stateFolder: string): AgentStore {
  const path = join(stateFolder, 'agents.json');
  const change = (make: (old: AgentFile) => AgentFile): void => write(path, make(read(path)));
  return {
    path,
    read: () => read(path),
    setEnabled: (name, isEnabled) =>
      change((old) => {
        const others = old.disabled.filter((one) => one !== name);
        return { ...old, disabled: isEnabled ? others : [...others, name] };
      }),
    pin: (name, hash) =>
      change((old) => {
        const { [name]: _before, ...others } = old.pins;
        return { ...old, pins: hash === undefined ? others : { ...others, [name]: hash } };
      }),
    count: (name, hash, { isGood, now }) =>
      change((old) => {
        const known = old.health[name];
        const before = known?.hash === hash ? known : { runs: 0, good: 0, failed: 0 };
        const counted = {
          runs: before.runs + 1,
          good: before.good + Number(isGood),
          failed: before.failed + Number(!isGood),
        };
        return { ...old, health: { ...old.health, [name]: { hash, ...counted, lastAt: now } } };
      }),
  };
}

function read(path: string): AgentFile {
  try {
    const parsed = fileSchema.safeParse(parseJson(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : empty;
  } catch {
    return empty;
  }
}

function write(path: string, file: AgentFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
