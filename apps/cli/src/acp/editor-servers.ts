// MCP servers that an editor hands over with a session, in the shape of the settings.
import type { McpServer } from '@agentclientprotocol/sdk';

/** By name. They are the user's own: whoever drives the editor configured them there. */
export function editorServers(servers: readonly McpServer[]): Record<string, unknown> {
  return Object.fromEntries(servers.map((server) => [server.name, settingOf(server)]));
}

function settingOf(server: McpServer): object {
  if ('type' in server) return { type: server.type, url: server.url, headers: tableOf(server.headers) };
  return { command: server.command, args: server.args, env: tableOf(server.env) };
}

function tableOf(pairs: readonly { readonly name: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
}
