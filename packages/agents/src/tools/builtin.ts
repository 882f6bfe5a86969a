// The tools every agent has, in the order a model is shown them.
import type { PageFetcher } from '../web/fetch-page.ts';
import type { SearchWeb } from '../web/search-web.ts';
import { bashTool } from './bash.ts';
import { codeTool } from './code.ts';
import { createDelegateTool, type Delegate } from './delegate.ts';
import { editTool } from './edit.ts';
import { createFetchTool } from './fetch.ts';
import { grepTool } from './grep.ts';
import { listTool } from './list.ts';
import { anchorEditTool, applyPatchTool } from './other-edits.ts';
import { processTool } from './process.ts';
import { anchoredReadTool, readTool } from './read.ts';
import { createRecallTool, type Recall } from './recall.ts';
import { todoTool } from './todo.ts';
import type { Tool } from './tool.ts';
import { createWebSearchTool } from './web-search.ts';
import { writeTool } from './write.ts';

/** In which form a model is asked for edits. */
export type OfferedEditFormat = 'old-new-string' | 'apply-patch' | 'line-anchors';

/** What some tools reach the world with; a tool whose means are absent is not offered. */
export interface ToolMeans {
  readonly pages?: PageFetcher;
  readonly searchWeb?: SearchWeb;
  readonly recall?: Recall;
  readonly delegate?: Delegate;
  /** Further tools, after all others. */
  readonly more?: readonly Tool[];
  /** In which form the model is asked for edits; old and new strings when absent. */
  readonly editFormat?: OfferedEditFormat;
}

/** The built-in tools; always the same for the same means, in the same order. */
export function builtinTools(means: ToolMeans = {}): Tool[] {
  const { pages, searchWeb, recall, delegate, more: others = [] } = means;
  const more = [
    ...(pages === undefined ? [] : [createFetchTool(pages)]),
    ...(delegate === undefined ? [] : [createDelegateTool(delegate)]),
    ...(recall === undefined ? [] : [createRecallTool(recall)]),
    ...(searchWeb === undefined ? [] : [createWebSearchTool(searchWeb)]),
  ];
  const [read, edit] = editPair(means.editFormat ?? 'old-new-string');
  // A tool only ever gets arguments that its own schema accepted, so its argument type can be forgotten here.
  const tools = [read, listTool, grepTool, codeTool, edit, writeTool, bashTool, processTool, todoTool, ...more];
  return [...(tools as unknown as Tool[]), ...others];
}

/**
 * A tool that is not offered and yet understood: the other of `edit` and `apply_patch`. Models were trained on one of them and
 * call it whatever they are told; where neither is offered, neither is understood.
 */
export function understoodTool(name: string, offered: ReadonlyMap<string, Tool>): Tool | undefined {
  const tool: unknown =
    name === 'edit' && offered.has('apply_patch')
      ? editTool
      : name === 'apply_patch' && offered.has('edit')
        ? applyPatchTool
        : undefined;
  return tool as Tool | undefined;
}

function editPair(format: OfferedEditFormat) {
  switch (format) {
    case 'old-new-string':
      return [readTool, editTool] as const;
    case 'apply-patch':
      return [readTool, applyPatchTool] as const;
    case 'line-anchors':
      return [anchoredReadTool, anchorEditTool] as const;
  }
}
