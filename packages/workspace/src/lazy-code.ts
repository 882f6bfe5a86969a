// Opens what understands code when it is first needed: nothing of it is part of what every run loads.
import type { CodeIntelligence } from './code/code-intelligence.ts';
import type { CodeParser } from './code/code-parser.ts';
import type { CodeIntelligenceOptions } from './local-code-intelligence.ts';

/** Code intelligence for a folder without a workspace around it; nothing is read yet. */
export async function loadCodeIntelligence(options: CodeIntelligenceOptions): Promise<CodeIntelligence> {
  const { openCodeIntelligence } = await import('./local-code-intelligence.ts');
  return openCodeIntelligence(options);
}

/** A parser for all languages; its grammars are read when they are first needed. */
export async function loadCodeParser(): Promise<CodeParser> {
  const { createCodeParser } = await import('./code/tree-sitter-parser.ts');
  return createCodeParser();
}
