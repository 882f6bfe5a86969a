// MCP servers, loaded only by runs that have any: the user's, or those that the folder declares.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ingredients } from '../parts/ingredients.ts';
import type { RunServers } from './mcp.ts';

/** The servers of a run; undefined where there are none. Nothing is started by this. */
export async function mcpOf(given: Ingredients): Promise<RunServers | undefined> {
  const { settings } = given.parts;
  const { mcpServers, mcpSources, projectMcpServers, declaresMcpServers } = settings;
  const mayDeclare = projectMcpServers && (declaresMcpServers || existsSync(join(given.workspace.root, '.mcp.json')));
  if (!mayDeclare && mcpSources.length === 0 && Object.keys(mcpServers).length === 0) return undefined;
  const { openRunServers } = await import('./mcp.ts');
  return openRunServers(given);
}
