// Where the product keeps its files: XDG folders, or everything under MONKEY_HOME.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

/** Folders of the product, absolute. */
export interface Homes {
  /** Settings and keys. */
  readonly config: string;
  /** Sessions, ledger, snapshots, leases. */
  readonly state: string;
  /** Worktrees made for runs. */
  readonly data: string;
  /** What can be made again. */
  readonly cache: string;
}

/** Finds the folders. `home` is the user's home folder; nothing is created. */
export function resolveHomes(environment: Readonly<Record<string, string | undefined>>, home: string): Homes {
  const own = environment['MONKEY_HOME'];
  if (own) {
    return {
      config: join(own, 'config'),
      state: join(own, 'state'),
      data: join(own, 'data'),
      cache: join(own, 'cache'),
    };
  }
  const xdg = (variable: string, fallback: string): string =>
    join(environment[variable] || join(home, fallback), 'monkey');
  return {
    config: xdg('XDG_CONFIG_HOME', '.config'),
    state: xdg('XDG_STATE_HOME', '.local/state'),
    data: xdg('XDG_DATA_HOME', '.local/share'),
    cache: xdg('XDG_CACHE_HOME', '.cache'),
  };
}

/** A readable, unique folder name for a project: its own name and a hash of its real path. */
export function projectKey(root: string): string {
  const name =
    basename(root)
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 40) || 'root';
  return `${name}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
}
