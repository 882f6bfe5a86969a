// Works out the diff a call would make, to be shown before it is allowed; only for looking at: the tool works out its own.
import { readFileSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { type Event, parseJson } from '@monkey-coder/protocol';
import { unifiedDiff } from '@monkey-coder/workspace';

const mostBytes = 2_000_000;
const mostCalls = 200;

/** Remembers the calls whose permission may be asked for next, of the agent and its sub-agents. */
export class ProposedDiffs {
  readonly #cwd: string;
  readonly #calls = new Map<string, unknown>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  note(event: Event): void {
    if (event.type === 'call.changed') this.#calls.set(event.callId, parseJson(event.arguments));
    if (event.type !== 'model.ended') return;
    for (const part of event.message.parts)
      if (part.type === 'tool-call') this.#calls.set(part.id, parseJson(part.arguments));
    for (const id of this.#calls.keys()) {
      if (this.#calls.size <= mostCalls) break;
      this.#calls.delete(id);
    }
  }

  /** The unified diff; empty where the call changes no text, or it cannot be worked out. */
  diffOf(callId: string): string {
    const given = this.#calls.get(callId);
    if (typeof given !== 'object' || given === null) return '';
    const {
      path,
      old_string: before,
      new_string: after,
      replace_all: all,
      content,
      patch,
    } = given as Readonly<Record<string, unknown>>;
    if (typeof patch === 'string') return patch;
    if (typeof path !== 'string') return '';
    const old = this.#read(path);
    const name = relative(this.#cwd, resolve(this.#cwd, path));
    if (typeof content === 'string') return unifiedDiff(name, old ?? null, content);
    if (typeof before !== 'string' || typeof after !== 'string') return '';
    if (old === undefined || !old.includes(before)) return unifiedDiff(name, before, after);
    const changed = all === true ? old.replaceAll(before, () => after) : old.replace(before, () => after);
    return unifiedDiff(name, old, changed);
  }

  /** A file of the project; undefined where it cannot be shown. */
  #read(path: string): string | undefined {
    const full = resolve(this.#cwd, path);
    if (!full.startsWith(this.#cwd + sep)) return undefined;
    try {
      return statSync(full).size > mostBytes ? undefined : readFileSync(full, 'utf8');
    } catch {
      return undefined;
    }
  }
}
