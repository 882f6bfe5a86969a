// What of the past is kept: oldest steps go first, until both limits hold; then contents nobody refers to.
import type { BlobStore } from './blob-store.ts';
import type { Step, StepLog } from './step-log.ts';
import type { TreeIndex } from './tree-index.ts';

/** What is kept: older steps are forgotten first. */
export interface SnapshotLimits {
  /** Default 200. */
  readonly maxSteps: number;
  /** Default 512 MiB. */
  readonly maxBytes: number;
}

/** The limits when none are given. */
export const defaultLimits: SnapshotLimits = { maxSteps: 200, maxBytes: 512 * 1024 * 1024 };

/** Small logs are left alone. */
const maxLogBytes = 1024 * 1024;

/** Forgets what is beyond the limits. `open` is called only when there is something to look at. */
export function forgetOld(
  log: StepLog,
  limits: SnapshotLimits,
  open: () => { readonly tree: TreeIndex; readonly blobs: BlobStore },
): void {
  if (log.begunSteps() <= limits.maxSteps && log.sizeBytes() < maxLogBytes) return;
  const { steps } = log.history();
  const { blobs, tree } = open();
  const sizes = blobs.sizes();
  const needed = new Set(tree.knownIds());
  const kept = new Set<string>();
  let bytes = 0;
  for (const step of [...steps].reverse()) {
    const ids = idsOf(step).filter((id) => !needed.has(id));
    bytes += ids.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
    if (kept.size >= limits.maxSteps || bytes > limits.maxBytes) break;
    kept.add(step.begin.id);
    for (const id of ids) needed.add(id);
  }
  log.keep(kept);
  for (const id of sizes.keys()) if (!needed.has(id)) blobs.delete(id);
}

function idsOf(step: Step): string[] {
  const states = [
    ...step.changes.flatMap(({ before, after }) => [before, after]),
    ...(step.begin.paths ?? []).map(({ before }) => before),
  ];
  return states.flatMap((state) => (state === null ? [] : [state.id]));
}
