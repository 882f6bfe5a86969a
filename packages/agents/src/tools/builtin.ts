// The tools every agent has, in the order a model is shown them.
import { bashTool } from './bash.ts';
import { editTool } from './edit.ts';
import { grepTool } from './grep.ts';
import { listTool } from './list.ts';
import { anchorEditTool, applyPatchTool } from './other-edits.ts';
import { processTool } from './process.ts';
import { anchoredReadTool, readTool } from './read.ts';
import { todoTool } from './todo.ts';
import type { Tool } from './tool.ts';
import { writeTool } from './write.ts';

/** In which form a model is asked for edits. */
export type OfferedEditFormat = 'old-new-string' | 'apply-patch' | 'line-anchors';

/** The built-in tools; for one format always the same, in the same order. */
export function builtinTools({
  editFormat = 'old-new-string',
}: {
  readonly editFormat?: OfferedEditFormat;
} = {}): Tool[] {
  const [read, edit] = editPair(editFormat);
  // A tool only ever gets arguments that its own schema accepted, so its argument type can be forgotten here.
  const tools = [read, listTool, grepTool, edit, writeTool, bashTool, processTool, todoTool];
  return tools as unknown as Tool[];
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
