// Every dialect the product speaks.
import type { DialectName } from '@monkey-coder/protocol';
import { anthropicMessages } from './anthropic-messages/anthropic-messages.ts';
import { cohere } from './cohere/cohere.ts';
import type { Dialect } from './dialect.ts';
import { gemini } from './gemini/gemini.ts';
import { openaiChat } from './openai-chat/openai-chat.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';

/** All dialects there are. */
export const dialects: readonly Dialect[] = [openaiChat, anthropicMessages, openaiResponses, gemini, cohere];

/** The dialect of a name; undefined for one the product does not speak yet. */
export function dialectNamed(name: DialectName): Dialect | undefined {
  return dialects.find((dialect) => dialect.name === name);
}
