// The one message shape, from provider to disk to wire to screen.
import * as z from 'zod/mini';
import { jsonObjectSchema } from './json.ts';

/** Bytes a vendor needs back unchanged (signatures, encrypted reasoning), keyed by wire dialect. */
const providerDataSchema = z.optional(jsonObjectSchema);

export const textPartSchema = z.object({ type: z.literal('text'), text: z.string(), providerData: providerDataSchema });
export const reasoningPartSchema = z.object({
  type: z.literal('reasoning'),
  text: z.string(),
  providerData: providerDataSchema,
});
export const toolCallPartSchema = z.object({
  type: z.literal('tool-call'),
  id: z.string(),
  name: z.string(),
  /** JSON text exactly as the model sent it, so that history replays the same bytes. */
  arguments: z.string(),
  providerData: providerDataSchema,
});
export const toolResultPartSchema = z.object({
  type: z.literal('tool-result'),
  callId: z.string(),
  name: z.string(),
  output: z.string(),
  isError: z.boolean(),
});
export const imagePartSchema = z.object({
  type: z.literal('image'),
  mediaType: z.string(),
  /** Base64 data, or an http(s) URL. */
  data: z.string(),
});
export const filePartSchema = z.object({
  type: z.literal('file'),
  mediaType: z.string(),
  name: z.optional(z.string()),
  /** Base64 data. */
  data: z.string(),
});

export const partSchema = z.discriminatedUnion('type', [
  textPartSchema,
  reasoningPartSchema,
  toolCallPartSchema,
  toolResultPartSchema,
  imagePartSchema,
  filePartSchema,
]);
export const messageOriginSchema = z.enum(['user', 'steering', 'verification', 'system']);
/** Who put a message into the conversation: the person, while it worked; the checks; or the agent's own program. */
export type MessageOrigin = z.infer<typeof messageOriginSchema>;

export const messageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  parts: z.array(partSchema),
  /** Of messages with the role `user`, absent for what the person asked; never sent to a model. */
  origin: z.optional(messageOriginSchema),
});

export type TextPart = z.infer<typeof textPartSchema>;
export type ReasoningPart = z.infer<typeof reasoningPartSchema>;
export type ToolCallPart = z.infer<typeof toolCallPartSchema>;
export type ToolResultPart = z.infer<typeof toolResultPartSchema>;
export type ImagePart = z.infer<typeof imagePartSchema>;
export type FilePart = z.infer<typeof filePartSchema>;
/** One piece of a message. */
export type Part = z.infer<typeof partSchema>;
/** One message of a conversation. */
export type Message = z.infer<typeof messageSchema>;

/** All visible text of a message, joined with nothing between. */
export function messageText(message: Message): string {
  return message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** The tool calls of a message, in order. */
export function toolCalls(message: Message): ToolCallPart[] {
  return message.parts.filter((part) => part.type === 'tool-call');
}

/** A user message of plain text. */
export function userMessage(text: string, origin: MessageOrigin = 'user'): Message {
  return { role: 'user', parts: [{ type: 'text', text }], ...(origin === 'user' ? {} : { origin }) };
}
