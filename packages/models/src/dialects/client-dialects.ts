// The client half of every dialect the product speaks: all that calling a model needs.
import type { DialectName } from '@monkey-coder/protocol';
import { anthropicMessagesClient } from './anthropic-messages/client.ts';
import { cohereClient } from './cohere/client.ts';
import type { ClientDialect } from './dialect.ts';
import { geminiClient } from './gemini/client.ts';
import { openaiChatClient } from './openai-chat/client.ts';
import { openaiResponsesClient } from './openai-responses/client.ts';

const all: readonly ClientDialect[] = [
  openaiChatClient,
  anthropicMessagesClient,
  openaiResponsesClient,
  geminiClient,
  cohereClient,
];

/** The client half of the dialect of a name; undefined for one the product does not speak yet. */
export function clientDialectNamed(name: DialectName): ClientDialect | undefined {
  return all.find((dialect) => dialect.name === name);
}
