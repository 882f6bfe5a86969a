// The tools every agent has, in the order a model is shown them.
import type { PageFetcher } from '../web/fetch-page.ts';
import type { SearchWeb } from '../web/search-web.ts';
import { bashTool } from './bash.ts';
import { createDelegateTool, type Delegate } from './delegate.ts';
import { editTool } from './edit.ts';
import { createFetchTool } from './fetch.ts';
import { grepTool } from './grep.ts';
import { listTool } from './list.ts';
import { readTool } from './read.ts';
import { createRecallTool, type Recall } from './recall.ts';
import { todoTool } from './todo.ts';
import type { Tool } from './tool.ts';
import { createWebSearchTool } from './web-search.ts';
import { writeTool } from './write.ts';

/** What some tools reach the world with; a tool whose means are absent is not offered. */
export interface ToolMeans {
  readonly pages?: PageFetcher;
  readonly searchWeb?: SearchWeb;
  readonly recall?: Recall;
  readonly delegate?: Delegate;
}

/** The built-in tools; always the same for the same means, in the same order. */
export function builtinTools({ pages, searchWeb, recall, delegate }: ToolMeans = {}): Tool[] {
  const more = [
    ...(pages === undefined ? [] : [createFetchTool(pages)]),
    ...(delegate === undefined ? [] : [createDelegateTool(delegate)]),
    ...(recall === undefined ? [] : [createRecallTool(recall)]),
    ...(searchWeb === undefined ? [] : [createWebSearchTool(searchWeb)]),
  ];
  // A tool only ever gets arguments that its own schema accepted, so its argument type can be forgotten here.
  const tools = [readTool, listTool, grepTool, editTool, writeTool, bashTool, todoTool, ...more];
  return tools as unknown as Tool[];
}
