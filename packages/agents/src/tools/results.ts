// Small helpers every tool shares: failures as results, bounded text.
import { isMonkeyError } from '@monkey-coder/protocol';
import type { ToolResult } from './tool.ts';

/** A result that succeeded. */
export function succeeded(output: string, extra: Pick<ToolResult, 'diff'> = {}): ToolResult {
  return { status: 'ok', output, ...extra };
}

/** A result that failed; the text is for the model. */
export function failed(output: string): ToolResult {
  return { status: 'failed', output };
}

/** Turns what a workspace threw into a result. Anything but a MonkeyError is a bug and goes on. */
export function failure(error: unknown): ToolResult {
  if (!isMonkeyError(error)) throw error;
  const message = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  const advice = error.code === 'workspace.stale' ? 'Read it again, then repeat the edit.' : error.advice;
  return failed(`${message} ${advice}`.trim());
}

/** Head and tail of a text that is too long, with what was left out said between. */
export function clip(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = text.slice(0, Math.floor(maxChars / 2));
  const tail = text.slice(-Math.floor(maxChars / 2));
  return `${head}\n[… ${text.length - head.length - tail.length} characters left out …]\n${tail}`;
}
