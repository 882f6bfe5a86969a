// What is put before a shell command: a terminal, the forwarder, the sandbox.
import { MonkeyError } from '@monkey-coder/protocol';
import { findProgram } from '../files/find-program.ts';
import { type SandboxPlaces, sandboxArguments } from './bubblewrap.ts';
import type { CommandRequest } from './command-runner.ts';
import type { DomainProxy } from './domain-proxy.ts';
import { listeningSockets } from './listening-sockets.ts';
import { forwardedLine, forwardedPort, proxyEnvironment } from './sandbox-forwarder.ts';
import { seatbeltArguments } from './seatbelt.ts';
import type { ShellCommand } from './shell.ts';
import { terminalLine } from './terminal-line.ts';

/** A sandbox program that was found. */
export interface SandboxProgram {
  readonly kind: 'bubblewrap' | 'seatbelt';
  readonly path: string;
}

/** The proxy for a command's domains. */
export interface ProxyPlace {
  readonly proxy: DomainProxy;
  /** Its socket file; null where it listens on the loopback address. */
  readonly socketPath: string | null;
}

/** What a line is made from. */
export interface LineParts {
  readonly request: CommandRequest;
  readonly cwd: string;
  readonly shell: ShellCommand;
  readonly searchPath: string;
  readonly sandbox: SandboxProgram | null;
  readonly places: SandboxPlaces;
  readonly proxy: ProxyPlace | null;
  /** A Node for the forwarder. */
  readonly node: string;
}

/** The process to start, and what is added to its environment. */
export interface LaunchLine {
  readonly line: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Puts the line together. Throws `command.failed` when a terminal was asked for and there is no `script`. */
export function launchLine(parts: LineParts): LaunchLine {
  const inner = shellLine(parts);
  const { sandbox, places, cwd, proxy } = parts;
  const { network, writable } = parts.request;
  if (sandbox === null) return { line: inner, environment: {} };
  if (sandbox.kind === 'seatbelt') {
    const access = proxy !== null ? { proxyPort: proxy.proxy.port } : network === true ? 'all' : 'none';
    const environment = proxy === null ? {} : proxyEnvironment(`http://127.0.0.1:${proxy.proxy.port}`);
    return {
      line: [sandbox.path, ...seatbeltArguments(places, { network: access, writable }), ...inner],
      environment: { ...environment, TMPDIR: places.temporaryFolder },
    };
  }
  const socket = proxy?.socketPath ?? null;
  const access = socket !== null ? { proxySocket: socket } : network === true ? 'all' : 'none';
  const line = sandboxArguments(places, { network: access, writable, cwd, sockets: listeningSockets() });
  return socket === null
    ? { line: [sandbox.path, ...line, ...inner], environment: {} }
    : {
        line: [sandbox.path, ...line, ...forwardedLine(parts.node, inner)],
        environment: proxyEnvironment(`http://127.0.0.1:${forwardedPort}`),
      };
}

function shellLine({ request, shell, searchPath }: LineParts): string[] {
  const text = shell.prefix + request.command;
  const plain = [shell.file, ...shell.arguments];
  if (request.terminal !== true) return [...plain, text];
  const script = findProgram('script', searchPath);
  if (script === null || process.platform === 'win32')
    throw new MonkeyError('command.failed', 'a terminal was asked for, and there is no program `script` to make one', {
      advice: 'Install it (util-linux), or run the command without a terminal.',
    });
  return terminalLine(script, plain, { text, platform: process.platform });
}
