// Which form of edits a model is asked for: the one it was measured to be best at, starting from a weak belief.
//
// Counted are edits that were applied and edits that were refused, by model and format, across runs. A format's worth is the
// mean of a beta distribution: what was counted on top of twenty edits believed of it. All models begin with old and new strings;
// one that fails at them more often than one in eight comes to be asked for patches, then for anchors.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { OfferedEditFormat } from '@monkey-coder/agents';
import { type Event, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { takeLease } from '../sessions/lease.ts';

/** Edits of one model in one format. */
export interface EditCount {
  readonly applied: number;
  readonly refused: number;
}

/** Counts of one model by format. */
export type EditCounts = Readonly<Partial<Record<OfferedEditFormat, EditCount>>>;

const believed = 20;
const beliefs: Readonly<Record<OfferedEditFormat, number>> = {
  'old-new-string': 0.95,
  'apply-patch': 0.87,
  'line-anchors': 0.85,
};
const formats = Object.keys(beliefs) as OfferedEditFormat[];
/** Counts are halved beyond this, so that a model that changed is noticed. */
const manyEdits = 400;
const mostModels = 200;

/** The format to ask for. */
export function chooseEditFormat(counts: EditCounts): OfferedEditFormat {
  const worth = (format: OfferedEditFormat): number => {
    const { applied, refused } = counts[format] ?? { applied: 0, refused: 0 };
    return (beliefs[format] * believed + applied) / (believed + applied + refused);
  };
  return formats.reduce((best, format) => (worth(format) > worth(best) ? format : best), 'old-new-string');
}

/** The format that earlier runs of a session used, so that its tools stay the same; undefined when none edited. */
export function usedEditFormat(events: readonly Event[]): OfferedEditFormat | undefined {
  for (const event of events) {
    if (event.type !== 'tool.started') continue;
    if (event.name === 'apply_patch') return 'apply-patch';
    if (event.name === 'edit') return event.arguments.includes('"changes"') ? 'line-anchors' : 'old-new-string';
  }
  return undefined;
}

/** What the edits of a run came to. */
export function countEdits(events: readonly Event[]): EditCount {
  const ended = events.flatMap((event) =>
    event.type === 'tool.ended' && (event.name === 'edit' || event.name === 'apply_patch') ? [event.status] : [],
  );
  const count = (status: string): number => ended.filter((one) => one === status).length;
  return { applied: count('ok'), refused: count('failed') };
}

const countSchema = z.object({ applied: z.number(), refused: z.number() });

function fileSchema() {
  return z.object({ version: z.literal(1), models: z.record(z.string(), z.record(z.string(), countSchema)) });
}

/** The counts of a model, by `provider/model`; a missing or damaged file says nothing. */
export function readEditCounts(path: string, model: string): EditCounts {
  return readTable(path)[model] ?? {};
}

function readTable(path: string): Record<string, EditCounts> {
  try {
    const parsed = fileSchema().safeParse(parseJson(readFileSync(path, 'utf8')));
    return parsed.success ? { ...(parsed.data.models as Record<string, EditCounts>) } : {};
  } catch {
    return {};
  }
}

/** Adds what a run came to. Never throws: counts are advice. */
export function addEditCount(
  path: string,
  {
    model,
    format,
    count,
    now,
  }: { readonly model: string; readonly format: OfferedEditFormat; readonly count: EditCount; readonly now: number },
): void {
  if (count.applied + count.refused === 0) return;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lease = takeLease(`${path}.lock`, 'edit formats', now);
    if (lease.kind !== 'held') return;
    try {
      const { [model]: known = {}, ...others } = readTable(path);
      const models = { ...lastOf(others), [model]: { ...known, [format]: sum(known[format], count) } };
      writeFileSync(`${path}.${process.pid}`, `${JSON.stringify({ version: 1, models })}\n`, { mode: 0o600 });
      renameSync(`${path}.${process.pid}`, path);
    } finally {
      lease.release();
    }
  } catch {
    // The next run counts again.
  }
}

function lastOf(table: Record<string, EditCounts>): Record<string, EditCounts> {
  return Object.fromEntries(Object.entries(table).slice(-mostModels));
}

function sum(known: EditCount | undefined, count: EditCount): EditCount {
  const applied = (known?.applied ?? 0) + count.applied;
  const refused = (known?.refused ?? 0) + count.refused;
  return applied + refused > manyEdits ? { applied: applied / 2, refused: refused / 2 } : { applied, refused };
}
