// The tools every agent has, in the order a model is shown them.
import { bashTool } from './bash.ts';
import { editTool } from './edit.ts';
import { grepTool } from './grep.ts';
import { listTool } from './list.ts';
import { processTool } from './process.ts';
import { readTool } from './read.ts';
import { todoTool } from './todo.ts';
import type { Tool } from './tool.ts';
import { writeTool } from './write.ts';

/** The built-in tools; always the same, in the same order. */
export function builtinTools(): Tool[] {
  // A tool only ever gets arguments that its own schema accepted, so its argument type can be forgotten here.
  const tools = [readTool, listTool, grepTool, editTool, writeTool, bashTool, processTool, todoTool];
  return tools as unknown as Tool[];
}
