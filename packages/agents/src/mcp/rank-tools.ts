// Which tools answer a query: by words in their names, then in what they say of themselves. Pure.
import type { McpTool } from './mcp-client.ts';

/** Tools that have any of the words, best first; all of them, in the order of the servers, for no words. */
export function rankTools(tools: readonly McpTool[], query: string): McpTool[] {
  const words = wordsOf(query);
  if (words.length === 0) return [...tools];
  const scored = tools.map((tool) => ({ tool, score: scoreOf(tool, words) })).filter(({ score }) => score > 0);
  return scored
    .sort((a, b) => b.score - a.score || (a.tool.fullName < b.tool.fullName ? -1 : 1))
    .map(({ tool }) => tool);
}

/** A full name is found by itself; a word counts more in a name than in a description, a whole one more than a part. */
function scoreOf(tool: McpTool, words: readonly string[]): number {
  const name = wordsOf(tool.fullName);
  const said = wordsOf(tool.description);
  const all = name.join(' ');
  return words.reduce((sum, word) => {
    if (name.includes(word)) return sum + 6;
    if (all.includes(word)) return sum + 4;
    if (said.includes(word)) return sum + 2;
    return said.some((other) => other.startsWith(word) || (other.length > 3 && word.startsWith(other))) ? sum + 1 : sum;
  }, 0);
}

function wordsOf(text: string): string[] {
  const parts =
    text
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return parts.filter((part) => part !== 'mcp');
}
