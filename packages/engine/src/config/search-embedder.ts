// The embedder that the settings name for search in the code; made when the first text is to be embedded.
import type { TextEmbedder } from '@monkey-coder/models';
import type { Embedder } from '@monkey-coder/workspace';
import type { Settings } from './settings.ts';

/** Undefined where none is named. `tell` hears of its failures: search then goes on by words alone. */
export function searchEmbedder(
  { search, providers }: Pick<Settings, 'search' | 'providers'>,
  tell: (text: string) => void,
): Embedder | undefined {
  const name = search.embeddings;
  if (name === undefined) return undefined;
  const baseUrls = Object.fromEntries(Object.entries(providers).map(([id, { baseUrl }]) => [id, baseUrl]));
  let made: Promise<TextEmbedder> | undefined;
  return {
    id: `${name} ${baseUrls[name.split('/')[0] ?? ''] ?? ''}`,
    async embed(texts, signal) {
      try {
        made ??= import('./local-embedder.ts').then(({ createLocalEmbedder }) =>
          createLocalEmbedder(name, { baseUrls }),
        );
        return await (await made).embed(texts, signal);
      } catch (error) {
        if (!signal.aborted)
          tell(`${error instanceof Error ? error.message : String(error)}; search goes on by words alone`);
        throw error;
      }
    },
  };
}
