// Finds the JSON in an answer: the last fenced block that is JSON, or all of the text.
import { parseJson } from '@monkey-coder/protocol';

/** The value; undefined where there is none. */
export function answerJson(text: string): unknown {
  const fences = [...text.matchAll(/^```(?:json)?[ \t]*\n([\s\S]*?)\n```[ \t]*$/gm)].map((match) => match[1] ?? '');
  for (const candidate of [...fences.reverse(), text.trim()]) {
    const value = parseJson(candidate);
    if (typeof value === 'object' && value !== null) return value;
  }
  return undefined;
}
