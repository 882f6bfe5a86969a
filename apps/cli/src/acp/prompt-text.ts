// What an editor sends with a prompt, as the text of a task.
import { fileURLToPath } from 'node:url';
import type { ContentBlock } from '@agentclientprotocol/sdk';
import { MonkeyError } from '@monkey-coder/protocol';

/** Texts in their order; files as paths; what was embedded as quotations that are data. Throws MonkeyError `usage.invalid`. */
export function promptText(blocks: readonly ContentBlock[]): string {
  return blocks
    .map(textOf)
    .filter((text) => text !== '')
    .join('\n\n');
}

function textOf(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'resource_link':
      return `[${block.name}](${pathOf(block.uri)})`;
    case 'resource': {
      const { resource } = block;
      if (!('text' in resource)) return `[attached: ${pathOf(resource.uri)}, not text]`;
      const fence = '`'.repeat(Math.max(3, ...(resource.text.match(/`+/g) ?? []).map((run) => run.length + 1)));
      return `${pathOf(resource.uri)}:\n${fence}\n${resource.text}\n${fence}`;
    }
    default:
      throw new MonkeyError('usage.invalid', `a prompt cannot hold ${block.type} here; the capabilities say so`);
  }
}

function pathOf(uri: string): string {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : uri;
  } catch {
    return uri;
  }
}
