// The Seatbelt profile for macOS, as text. It was never run: this product is built and tested on Linux only.
//
// Later rules win. Everything is denied but what a program needs to start; the file system is readable except the secret places,
// writable only where bubblewrap's profile has it so; there is no network but, with domains, the way to our own proxy.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type SandboxPlaces, secretFolders } from './bubblewrap.ts';

/** How a command is bounded. */
export interface SeatbeltOptions {
  readonly network: 'all' | 'none' | { readonly proxyPort: number };
  readonly writable: boolean;
}

/** The arguments for `/usr/bin/sandbox-exec`, up to and without the command. */
export function seatbeltArguments(places: SandboxPlaces, options: SeatbeltOptions): string[] {
  return ['-p', seatbeltProfile(places, options)];
}

/** The profile. */
export function seatbeltProfile(places: SandboxPlaces, options: SeatbeltOptions): string {
  const open = [places.root, ...places.addedFolders];
  const writable = [...(options.writable ? open : []), places.temporaryFolder];
  const shut = open.flatMap((folder) => [
    ...['hooks', 'config', 'config.worktree'].map((name) => join(folder, '.git', name)),
    ...['settings.json', 'settings.local.json'].map((name) => join(folder, '.monkey', name)),
  ]);
  const hidden = [...places.protectedFolders, ...secretFolders(places.home)].filter((path) => !open.includes(path));
  return [
    '(version 1)',
    '(deny default)',
    '(allow process-fork)',
    '(allow process-exec)',
    '(allow signal (target same-sandbox))',
    '(allow process-info* (target same-sandbox))',
    '(allow sysctl-read)',
    '(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo") (global-name "com.apple.system.logger"))',
    '(allow ipc-posix-sem)',
    '(allow pseudo-tty)',
    '(allow file-ioctl (regex #"^/dev/tty"))',
    '(allow file-read*)',
    '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (regex #"^/dev/(ttys|fd/)"))',
    ...writable.map((folder) => `(allow file-write* (subpath ${quoted(folder)}))`),
    ...shut.map((path) => `(deny file-write* (subpath ${quoted(path)}))`),
    ...hidden.map((path) => `(deny file-read* file-write* (subpath ${quoted(path)}))`),
    // Hidden folders may lie round the private folder of commands.
    `(allow file-read* file-write* (subpath ${quoted(places.temporaryFolder)}))`,
    ...networkRules(options.network),
    '',
  ].join('\n');
}

function networkRules(network: SeatbeltOptions['network']): string[] {
  if (network === 'none') return [];
  if (network === 'all')
    return ['(allow network*)', '(deny network-outbound (remote unix-socket))', '(allow system-socket)'];
  return [`(allow network-outbound (remote ip "localhost:${network.proxyPort}"))`, '(allow system-socket)'];
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`;
}

/** Path of the program, where there is one. */
export const seatbeltProgram = '/usr/bin/sandbox-exec';

/** Whether this machine has it. */
export function hasSeatbelt(platform: NodeJS.Platform): boolean {
  return platform === 'darwin' && existsSync(seatbeltProgram);
}
