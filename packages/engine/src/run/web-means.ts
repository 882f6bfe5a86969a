// What a run reaches the web with: pages, and a search service where one is configured.
import { createPageFetcher, createWebSearch, type ToolMeans, type WebSearchService } from '@monkey-coder/agents';
import { proxyFromEnvironment } from '@monkey-coder/models';
import type { Settings } from '../config/settings.ts';

/** Means of the tools `fetch` and `web_search`; nothing is opened before one is used. */
export function webMeans(
  { web }: Pick<Settings, 'web'>,
  environment: Readonly<Record<string, string | undefined>>,
  productVersion: string,
): ToolMeans {
  if (web.fetch === 'off') return {};
  const proxyFor = proxyFromEnvironment(environment);
  const pages = createPageFetcher({ allowHosts: web.allowHosts, proxyFor, productVersion });
  const service = searchService(web.search, environment);
  return { pages, ...(service === undefined ? {} : { searchWeb: createWebSearch(service, proxyFor) }) };
}

function searchService(
  search: Settings['web']['search'],
  environment: Readonly<Record<string, string | undefined>>,
): WebSearchService | undefined {
  if (search === undefined) return undefined;
  const key = search.apiKeyEnv === undefined ? undefined : environment[search.apiKeyEnv]?.trim();
  const { kind, baseUrl } = search;
  return { kind, ...(baseUrl === undefined ? {} : { baseUrl }), ...(key ? { key } : {}) };
}
