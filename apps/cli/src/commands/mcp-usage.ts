// How often the sessions of a folder used each MCP server, and for how long, from what they recorded.
import type { SessionStore } from '@monkey-coder/engine';
import { parseJson } from '@monkey-coder/protocol';

/** Uses of one server. */
export interface ServerUsage {
  readonly calls: number;
  readonly milliseconds: number;
}

/** Sessions that are looked at, the newest first. */
const maxSessions = 50;

/** Uses by server name. */
export function usageOfServers(sessions: SessionStore, cwd: string): ReadonlyMap<string, ServerUsage> {
  const usage = new Map<string, ServerUsage>();
  for (const { id } of sessions.list({ cwd }).slice(0, maxSessions)) addSession(usage, sessions, id);
  return usage;
}

function addSession(usage: Map<string, ServerUsage>, sessions: SessionStore, id: string): void {
  const open = new Map<string, string>();
  for (const event of sessions.read(id)) {
    if (event.type === 'tool.started' && event.name === 'use_tool') {
      const server = serverOf(event.arguments);
      if (server !== undefined) open.set(event.callId, server);
    }
    const server = event.type === 'tool.ended' ? open.get(event.callId) : undefined;
    if (server === undefined || event.type !== 'tool.ended') continue;
    open.delete(event.callId);
    const { calls = 0, milliseconds = 0 } = usage.get(server) ?? {};
    usage.set(server, { calls: calls + 1, milliseconds: milliseconds + event.durationMs });
  }
}

function serverOf(text: string): string | undefined {
  const given = parseJson(text);
  const name = typeof given === 'object' && given !== null && 'name' in given ? given.name : undefined;
  return typeof name === 'string' ? /^mcp__(.+?)__/.exec(name)?.[1] : undefined;
}
