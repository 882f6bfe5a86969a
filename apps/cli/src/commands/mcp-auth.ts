// `monkey mcp auth`: logs in at a remote MCP server.
import { MonkeyError } from '@monkey-coder/protocol';
import type { CommandContext } from '../configuration/command-context.ts';

/** Logs in or, with --forget, out. */
export async function authenticate(_context: CommandContext, _name: string): Promise<number> {
  throw new MonkeyError('usage.invalid', 'not there yet');
}
