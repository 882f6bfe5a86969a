// Says in words what bounds a command here, and what does not.
import type { SandboxStatus } from './command-runner.ts';
import type { ResourceLimits } from './resource-watch.ts';

const always = ['time, output and the whole process tree are bounded', 'secrets are removed from the environment'];

/** Why there is no sandbox, or which it is. */
export type SandboxFound =
  | { readonly kind: 'none'; readonly problem: string }
  | { readonly kind: 'bubblewrap' | 'seatbelt' };

/** The status for people. */
export function describeSandbox(found: SandboxFound, limits: ResourceLimits, platform: NodeJS.Platform): SandboxStatus {
  const resources = `memory (${Math.round(limits.memoryBytes / 1024 ** 3)} GiB) and processes (${limits.processes}) of a command are looked at once a second`;
  const base = platform === 'linux' ? [...always, resources] : always;
  const unbounded = platform === 'linux' ? [] : ['memory and CPU are not limited'];
  if (found.kind === 'none') {
    const why = `(${found.problem})`;
    return {
      kind: 'none',
      enforced: base,
      notEnforced: [
        `commands can write wherever you can ${why}`,
        `commands can read your keys and other files ${why}`,
        `commands can use the network, whatever was allowed ${why}`,
        ...unbounded,
      ],
    };
  }
  return found.kind === 'seatbelt' ? seatbelt(base, unbounded) : bubblewrap(base);
}

function bubblewrap(base: readonly string[]): SandboxStatus {
  return {
    kind: 'bubblewrap',
    enforced: [
      ...base,
      'only the workspace, added folders and a private /tmp are writable',
      'git hooks, git configuration and existing agent settings are read-only',
      'well-known secret folders and the agent’s own folders are hidden',
      'no network unless it was allowed; allowed domains only through a proxy that refuses all others',
      'sockets of other programs (Docker, agents, D-Bus) are hidden',
      'no process outlives its command',
    ],
    notEnforced: [
      'other files you can read are readable',
      'with the whole network allowed, abstract sockets and services of this machine can be reached',
      'how much CPU a command uses within its time',
    ],
  };
}

function seatbelt(base: readonly string[], unbounded: readonly string[]): SandboxStatus {
  return {
    kind: 'seatbelt',
    enforced: [
      ...base,
      'only the workspace, added folders and a private temporary folder are writable',
      'git hooks, git configuration and agent settings are read-only',
      'well-known secret folders and the agent’s own folders are hidden',
      'no network unless it was allowed; allowed domains only through a proxy that refuses all others',
    ],
    notEnforced: [
      ...unbounded,
      'other files you can read are readable',
      'this profile was never tried on a Mac by its makers',
    ],
  };
}
