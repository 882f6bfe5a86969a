// Socket files on which somebody listens: doors to other programs (Docker, agents, D-Bus) that a read-only mount does not shut.
import { readFileSync, realpathSync } from 'node:fs';

// Flags and state in /proc/net/unix: the bit of a listening socket.
const acceptsConnections = 0x10000;

/** Real paths of the listening sockets of this machine's file system (Linux; elsewhere none). */
export function listeningSockets(): string[] {
  const paths = new Set<string>();
  for (const line of tableOfSockets().split('\n')) {
    const [, , , flags = '', , , , ...path] = line.split(' ').filter((word) => word !== '');
    const name = path.join(' ');
    if (!name.startsWith('/') || (Number.parseInt(flags, 16) & acceptsConnections) === 0) continue;
    try {
      paths.add(realpathSync.native(name));
    } catch {
      // It is gone, or in a folder we do not see; nor does the command.
    }
  }
  return [...paths];
}

function tableOfSockets(): string {
  try {
    return readFileSync('/proc/net/unix', 'latin1');
  } catch {
    return '';
  }
}
