// A folder as a model can take it in: all files when few, else folders with their file counts.
import { leavingOut } from './left-out.ts';
import type { ToolContext } from './tool.ts';

const fetchLimit = 20_000;
const maxEntries = 150;

/** Lists what a folder holds, as deep as fits. Ignored files are left out. */
export async function listFolder(context: ToolContext, folder: string): Promise<string> {
  const under = folder === '' || folder === '.' ? undefined : folder;
  const rest = leavingOut(context);
  const { paths, truncated } = await context.workspace.lister.list({
    ...(under === undefined ? {} : { under }),
    limit: fetchLimit,
    exclude: rest.exclude,
    signal: context.signal,
  });
  if (paths.length === 0) return `[no files]${rest.note()}`;
  const entries = deepest(paths, under === undefined ? 0 : under.split('/').length);
  const more = truncated ? `\n[more than ${fetchLimit} files; give a path or a glob]` : '';
  return entries.join('\n') + more + rest.note();
}

function deepest(paths: readonly string[], base: number): string[] {
  if (paths.length <= maxEntries) return [...paths];
  let best = collapse(paths, base + 1);
  for (let depth = base + 2; depth < base + 8; depth++) {
    const next = collapse(paths, depth);
    if (next.length > maxEntries) break;
    best = next;
  }
  if (best.length <= maxEntries * 2) return best;
  return [...best.slice(0, maxEntries * 2), `[${best.length - maxEntries * 2} more entries; give a glob]`];
}

/** Files above the depth as they are, everything below as one folder with its count. */
function collapse(paths: readonly string[], depth: number): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const parts = path.split('/');
    const key = parts.length <= depth ? path : `${parts.slice(0, depth).join('/')}/`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => (key.endsWith('/') ? `${key} (${count} files)` : key));
}
