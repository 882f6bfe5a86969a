// What a server answered, as text for a model: bounded, and between marks that say that it is data.
import { clip } from '../tools/results.ts';

/** A piece of an answer, as far as it is understood; everything else is named by its type. */
interface Content {
  readonly type: string;
  readonly text?: unknown;
  readonly data?: unknown;
  readonly mimeType?: unknown;
  readonly uri?: unknown;
  readonly name?: unknown;
  readonly resource?: unknown;
}

/** An answer to `tools/call`. */
export interface CallAnswer {
  readonly content?: readonly Content[] | undefined;
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

/** The text of an answer. */
export function answerText(answer: CallAnswer, maxChars: number): string {
  const pieces = (answer.content ?? []).map(contentText);
  const structured = answer.structuredContent;
  // By the specification the text repeats what is structured; it is shown only where the text does not.
  if (structured !== undefined && !pieces.some((piece) => piece.trimStart().startsWith('{')))
    pieces.push(JSON.stringify(structured));
  return clip(pieces.join('\n').trim() || '(empty)', maxChars);
}

/** Text from a server, marked: what stands in it cannot close the mark, and is not an instruction. */
export function fromServer(server: string, text: string): string {
  return `<mcp-data server="${server}">\n${text.replace(/<(\/?)mcp-data/gi, '<\\$1mcp-data')}\n</mcp-data>`;
}

/** One line of a server's own words, without what a terminal or a reader could be misled by. */
export function oneLine(text: string, maxChars: number): string {
  const plain = text.replace(/\s+/g, ' ').replace(invisible, '').trim();
  return plain.length > maxChars ? `${plain.slice(0, maxChars - 1)}…` : plain;
}

/** Control characters, directional marks, tags: they show nothing and say something. */
const invisible = /[\p{Cc}\p{Cf}]/gu;

function contentText(content: Content): string {
  switch (content.type) {
    case 'text':
      return String(content.text ?? '').replace(/[\u{e0000}-\u{e007f}]/gu, '');
    case 'image':
    case 'audio':
      return `[${content.type}, ${String(content.mimeType)}, ${bytesOf(content.data)} bytes: not shown]`;
    case 'resource_link':
      return `[resource ${String(content.name ?? '')} ${String(content.uri)}]`;
    case 'resource':
      return embedded(content.resource);
    default:
      return `[${content.type}: not understood]`;
  }
}

function embedded(resource: unknown): string {
  if (typeof resource !== 'object' || resource === null) return '[resource: not understood]';
  const { uri, text, blob, mimeType } = resource as Record<string, unknown>;
  if (typeof text === 'string') return `[resource ${String(uri)}]\n${text}`;
  return `[resource ${String(uri)}, ${String(mimeType ?? 'unknown type')}, ${bytesOf(blob)} bytes: not text]`;
}

function bytesOf(base64: unknown): number {
  return typeof base64 === 'string' ? Math.floor((base64.length * 3) / 4) : 0;
}
