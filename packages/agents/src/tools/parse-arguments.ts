// From the bytes a model sent as arguments to values a tool can use, or to a line that says what was wrong.
import { describeIssues, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { jsonSchemaOf } from './json-schema.ts';
import type { Tool } from './tool.ts';

/** Arguments that fit, or what was wrong with them. */
export type ParsedArguments =
  | { readonly kind: 'valid'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

/** Parses argument text for a tool. Null members count as absent, because models send them for optional ones. */
export function parseArguments(tool: Tool, text: string): ParsedArguments {
  const json = text.trim() === '' ? {} : parseJson(text);
  if (json === undefined) return invalid(tool, 'the arguments are not valid JSON (cut off?)');
  const cleaned =
    typeof json === 'object' && json !== null && !Array.isArray(json)
      ? Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
      : json;
  const parsed = z.safeParse(tool.parameters, cleaned);
  return parsed.success ? { kind: 'valid', value: parsed.data } : invalid(tool, describeIssues(parsed.error));
}

function invalid(tool: Tool, problem: string): ParsedArguments {
  const shape = JSON.stringify(jsonSchemaOf(tool.parameters));
  return { kind: 'invalid', message: `Invalid arguments for ${tool.name}: ${problem}. Expected: ${shape}` };
}
