// The blackboard: slots with versions that all members see. Conflicts are decided by rule, never by who happens to be last.
//
// The board is what its events say, in their order. A write names the version it was made against (compare and set), or a rule by
// which two values become one; `append`, `union`, `max` and `min` give the same value in whichever order they come.
import type { EventBody, JsonValue } from '@monkey-coder/protocol';
import type { TeamEvent } from './team-event.ts';

/** How a value joins the one that is there. `keep`: the first stays. */
export type MergeRule = 'replace' | 'append' | 'union' | 'max' | 'min' | 'keep';

/** A slot as it stands. */
export interface Slot {
  readonly version: number;
  readonly value: JsonValue;
  readonly by: string;
}

/** The board as it stands after events. */
export function boardAfter(events: readonly TeamEvent[]): ReadonlyMap<string, Slot> {
  const slots = new Map<string, Slot>();
  for (const event of events) {
    if (event.type !== 'blackboard.changed') continue;
    slots.set(event.slot, { version: event.version, value: event.value as JsonValue, by: event.by });
  }
  return slots;
}

/** A wish to write. */
export interface BoardWrite {
  readonly step: string;
  readonly slot: string;
  readonly value: JsonValue;
  readonly by: string;
  /** Version the slot must have, 0 for none yet; absent for any. */
  readonly expect?: number;
  readonly merge?: MergeRule;
}

/** What comes of it. */
export type BoardAnswer =
  | { readonly kind: 'change'; readonly event: Extract<EventBody, { type: 'blackboard.changed' }> }
  /** What is there is not what the writer saw: it is told what it is, and decides again. */
  | { readonly kind: 'conflict'; readonly found: Slot | undefined }
  | { readonly kind: 'same' }
  /** Slots are kept with every change and read to everybody: what doubles in a loop must not fill memory and disk. */
  | { readonly kind: 'too-large'; readonly mostChars: number };

const mostChars = 256 * 1024;

/** Decides on a write. */
export function decideWrite(board: ReadonlyMap<string, Slot>, write: BoardWrite): BoardAnswer {
  const { step, slot, by, expect } = write;
  const found = board.get(slot);
  if (expect !== undefined && (found?.version ?? 0) !== expect) return { kind: 'conflict', found };
  const value = found === undefined ? firstValue(write) : merged(found.value, write);
  const text = JSON.stringify(value);
  if (found !== undefined && JSON.stringify(found.value) === text) return { kind: 'same' };
  if (text.length > mostChars) return { kind: 'too-large', mostChars };
  const version = (found?.version ?? 0) + 1;
  return { kind: 'change', event: { type: 'blackboard.changed', step, slot, version, value, by } };
}

function firstValue({ value, merge }: BoardWrite): JsonValue {
  if (merge !== 'append' && merge !== 'union') return value;
  return merge === 'union' ? distinct(listOf(value)) : listOf(value);
}

function merged(old: JsonValue, { value, merge = 'replace' }: BoardWrite): JsonValue {
  switch (merge) {
    case 'replace':
      return value;
    case 'keep':
      return old;
    case 'append':
      return [...listOf(old), ...listOf(value)];
    case 'union':
      return distinct([...listOf(old), ...listOf(value)]);
    case 'max':
      return isBelow(old, value) ? value : old;
    case 'min':
      return isBelow(value, old) ? value : old;
  }
}

/** In an order of its own, so that who came first does not show. */
function distinct(values: readonly JsonValue[]): JsonValue[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

function isBelow(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  return typeof a === 'string' && typeof b === 'string' && a < b;
}
