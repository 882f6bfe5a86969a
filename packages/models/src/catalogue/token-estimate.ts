// Token counts without a tokenizer: a fair guess for planning, and a bound for money.
import type { Message, ModelRequest } from '@monkey-coder/protocol';

/** A picture costs at most about this many tokens at the vendors of today. */
const imageTokens = 5000;
/** Envelope of a message or tool: role, separators, ids. */
const envelopeTokens = 16;

/** A fair guess: characters divided by four. Off by up to 15 % on code. */
export function estimateTokens(request: ModelRequest): number {
  return Math.ceil(countCharacters(request, (text) => text.length) / 4);
}

/** Text without a blank for so long is no prose or code but base64, hex or minified: up to a token per byte. */
const denseRun = /\S{200}/;

/**
 * A bound to reserve money by: one token per two UTF-8 bytes, one per byte where a text is dense. Byte-pair tokenizers
 * average three and more bytes a token on code and prose and can never make more than one token of a byte.
 */
export function inputTokensUpperBound(request: ModelRequest): number {
  const tokens = countCharacters(request, (text) => Buffer.byteLength(text) / (denseRun.test(text) ? 1 : 2));
  const envelopes = request.messages.reduce((sum, message) => sum + 1 + message.parts.length, 1 + request.tools.length);
  return Math.ceil(tokens) + envelopes * envelopeTokens;
}

function countCharacters(request: ModelRequest, size: (text: string) => number): number {
  let total = size(request.system);
  for (const message of request.messages) total += messageSize(message, size);
  for (const tool of request.tools)
    total += size(tool.name) + size(tool.description) + size(JSON.stringify(tool.parameters));
  if (request.responseSchema !== undefined) total += size(JSON.stringify(request.responseSchema));
  return total;
}

function messageSize(message: Message, size: (text: string) => number): number {
  let total = 0;
  for (const part of message.parts) {
    switch (part.type) {
      case 'text':
      case 'reasoning':
        total += size(part.text) + (part.providerData === undefined ? 0 : size(JSON.stringify(part.providerData)));
        break;
      case 'tool-call':
        total += size(part.id) + size(part.name) + size(part.arguments);
        break;
      case 'tool-result':
        total += size(part.callId) + size(part.output);
        break;
      case 'image':
        total += imageTokens * 4;
        break;
      case 'file':
        total += size(part.data);
        break;
    }
  }
  return total;
}
