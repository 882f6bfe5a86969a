// The bubblewrap profile: what of the machine a command sees and may change.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { forwardedSocket } from './sandbox-forwarder.ts';

/** What the profile is made from. All folders are real paths. */
export interface SandboxPlaces {
  readonly root: string;
  readonly addedFolders: readonly string[];
  /** The agent's own folders: hidden. */
  readonly protectedFolders: readonly string[];
  /** Home of the user, whose well-known secret places are hidden; absent when unknown. */
  readonly home: string | undefined;
  /** Folder mounted on /tmp. */
  readonly temporaryFolder: string;
}

type Mount =
  | { readonly at: string; readonly kind: 'writable' | 'read-only'; readonly from: string }
  | { readonly at: string; readonly kind: 'empty' };

const secretPlaces = [
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.netrc',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.pgpass',
  '.my.cnf',
  '.git-credentials',
  '.vault-token',
  '.password-store',
  '.config/gh',
  '.config/hub',
  '.config/glab-cli',
  '.config/gcloud',
  '.config/op',
  '.config/git/credentials',
  '.config/monkey',
  '.config/monkey-coder',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
  '.terraform.d',
  '.local/share/keyrings',
  '.mozilla',
  '.config/google-chrome',
  '.config/chromium',
  '.claude',
  '.codex',
  '.gemini',
  '.bash_history',
  '.zsh_history',
];

/** Arguments for `bwrap`, up to and without the command. */
export function sandboxArguments(
  places: SandboxPlaces,
  options: {
    readonly network: 'all' | 'none' | { readonly proxySocket: string };
    readonly writable: boolean;
    readonly cwd: string;
    /** Real paths of sockets that others listen on; shut where the profile does not hide them anyway. */
    readonly sockets: readonly string[];
  },
): string[] {
  const line = ['--unshare-pid', '--unshare-ipc', '--die-with-parent', '--new-session'];
  if (options.network !== 'all') line.push('--unshare-net');
  line.push('--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/run');
  if (options.network === 'all' && existsSync('/run/systemd/resolve'))
    line.push('--ro-bind', '/run/systemd/resolve', '/run/systemd/resolve');
  if (typeof options.network === 'object') line.push('--ro-bind', options.network.proxySocket, forwardedSocket);
  line.push('--bind', places.temporaryFolder, '/tmp');
  for (const mount of mounts(places, options)) line.push(...mountArguments(mount));
  line.push('--setenv', 'TMPDIR', '/tmp', '--setenv', 'XDG_CACHE_HOME', '/tmp/.cache');
  line.push('--setenv', 'npm_config_cache', '/tmp/.cache/npm', '--chdir', options.cwd);
  return line;
}

// Outer places first, so that the more exact word about an inner one has effect.
function mounts(
  places: SandboxPlaces,
  { writable, sockets }: { readonly writable: boolean; readonly sockets: readonly string[] },
): Mount[] {
  const open = [places.root, ...places.addedFolders];
  const trees = open.flatMap((folder): Mount[] => [
    { at: folder, kind: writable ? 'writable' : 'read-only', from: folder },
    ...(writable ? gitMounts(folder) : []),
  ]);
  const secrets = [...places.protectedFolders, ...secretFolders(places.home)].filter(
    (path) => existsSync(path) && !open.includes(path),
  );
  const isHidden = (path: string): boolean => [...secrets, '/run', '/tmp'].some((folder) => isBelow(path, folder));
  // A socket in the workspace is the project's own.
  const shut = sockets.filter((path) => !isHidden(path) && !open.some((folder) => isBelow(path, folder)));
  const hidden = [...secrets, ...shut].map((at): Mount => ({ at, kind: 'empty' }));
  return [...hidden, ...trees].sort((a, b) => depth(a.at) - depth(b.at));
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split(sep).length;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}${sep}`);
}

/** Where people keep keys and histories, below their real home. */
export function secretFolders(home: string | undefined): string[] {
  if (home === undefined || home === '/' || !existsSync(home)) return [];
  const real = realpathSync.native(home);
  return secretPlaces.map((place) => join(real, place));
}

function mountArguments(mount: Mount): string[] {
  if (mount.kind === 'writable') return ['--bind', mount.from, mount.at];
  if (mount.kind === 'read-only') return ['--ro-bind', mount.from, mount.at];
  return statSync(mount.at).isDirectory() ? ['--tmpfs', mount.at] : ['--ro-bind', '/dev/null', mount.at];
}

// A command may commit, but must not plant a hook or a configuration that runs outside the sandbox later.
function gitMounts(folder: string): Mount[] {
  const dotGit = join(folder, '.git');
  const settings = ['.monkey/settings.json', '.monkey/settings.local.json'].map((name) => join(folder, name));
  const gitFolders = gitFoldersOf(dotGit);
  const shut = [...gitFolders.flatMap((git) => ['hooks', 'config', 'config.worktree'].map((name) => join(git, name)))];
  if (gitFolders.length > 0 && statSync(dotGit).isFile()) shut.push(dotGit);
  return [
    ...gitFolders.filter((git) => git !== dotGit).map((at): Mount => ({ at, kind: 'writable', from: at })),
    ...[...shut, ...settings]
      .filter((path) => existsSync(path))
      .map((at): Mount => ({ at, kind: 'read-only', from: at })),
  ];
}

/** The git folders of a checkout: `.git`, or for a worktree its own and the common one; empty without git. */
export function gitFoldersOf(dotGit: string): string[] {
  try {
    if (statSync(dotGit).isDirectory()) return [dotGit];
    const target = /^gitdir: (.+)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1];
    if (target === undefined) return [];
    const own = realpathSync.native(resolve(dirname(dotGit), target));
    // A hostile `.git` file must not open a foreign folder for writing: the git folder has to name this checkout as its own.
    if (realpathSync.native(resolve(own, readFileSync(join(own, 'gitdir'), 'utf8').trim())) !== dotGit) return [];
    const common = realpathSync.native(resolve(own, readFileSync(join(own, 'commondir'), 'utf8').trim()));
    return dirname(dirname(own)) === common && existsSync(join(common, 'objects')) ? [common, own] : [own];
  } catch {
    return [];
  }
}
