// Our request as AI SDK call options.
import type {
  LanguageModelV3CallOptions,
  LanguageModelV3FilePart,
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import type { JsonObject, Message, ModelRequest, Part, ToolDeclaration } from '@monkey-coder/protocol';
import { messageText, parseJson } from '@monkey-coder/protocol';
import { asObject } from '../dialects/json-read.ts';
import { repairConversation } from '../dialects/repair.ts';
import type { AiSdkOptions } from './ai-sdk-options.ts';

/** Call options without the abort signal. `provider` is the AI SDK's name: provider metadata of another is not sent. */
export function aiSdkCallOptions(
  request: ModelRequest,
  provider: string,
  { onNote, providerOptions }: AiSdkOptions,
): LanguageModelV3CallOptions {
  const own = providerOptions?.(request);
  if (request.reasoningEffort !== undefined && own === undefined) {
    onNote?.(`reasoning effort is told to ${provider} by providerOptions only; it was left out`);
  }
  return {
    prompt: promptOf(request, provider),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toolOf) }),
    ...(request.toolChoice === undefined ? {} : { toolChoice: choiceOf(request.toolChoice) }),
    ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.stopSequences === undefined ? {} : { stopSequences: [...request.stopSequences] }),
    ...(request.responseSchema === undefined
      ? {}
      : {
          responseFormat: {
            type: 'json' as const,
            name: request.responseSchema.name,
            schema: request.responseSchema.schema as LanguageModelV3FunctionTool['inputSchema'],
          },
        }),
    ...(own === undefined ? {} : { providerOptions: own }),
  };
}

function promptOf(request: ModelRequest, provider: string): LanguageModelV3Message[] {
  const system: LanguageModelV3Message[] = request.system === '' ? [] : [{ role: 'system', content: request.system }];
  return [...system, ...repairConversation(request.messages).map((message) => messageOf(message, provider))];
}

function messageOf(message: Message, provider: string): LanguageModelV3Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: messageText(message) };
    case 'user':
      return { role: 'user', content: message.parts.flatMap(userPart) };
    case 'assistant':
      return { role: 'assistant', content: message.parts.flatMap((part) => assistantPart(part, provider)) };
    case 'tool':
      return { role: 'tool', content: message.parts.flatMap(toolPart) };
  }
}

type Content<R extends LanguageModelV3Message['role']> = Exclude<
  Extract<LanguageModelV3Message, { role: R }>['content'],
  string
>;

function userPart(part: Part): Content<'user'> {
  if (part.type === 'text') return [{ type: 'text', text: part.text }];
  return part.type === 'image' || part.type === 'file' ? [filePart(part)] : [];
}

function filePart(part: Extract<Part, { type: 'image' | 'file' }>): LanguageModelV3FilePart {
  const name = part.type === 'file' && part.name !== undefined ? { filename: part.name } : {};
  const data = /^https?:\/\//.test(part.data) ? new URL(part.data) : part.data;
  return { type: 'file', mediaType: part.mediaType, data, ...name };
}

function assistantPart(part: Part, provider: string): Content<'assistant'> {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      if (part.text === '' && ownOptions(part.providerData, provider) === undefined) return [];
      return [{ type: part.type, text: part.text, ...withOptions(part.providerData, provider) }];
    case 'tool-call': {
      const input = asObject(parseJson(part.arguments)) ?? {};
      const call = { type: 'tool-call' as const, toolCallId: part.id, toolName: part.name, input };
      return [{ ...call, ...withOptions(part.providerData, provider) }];
    }
    default:
      return [];
  }
}

function toolPart(part: Part): Content<'tool'> {
  if (part.type !== 'tool-result') return [];
  const output = { type: part.isError ? ('error-text' as const) : ('text' as const), value: part.output };
  return [{ type: 'tool-result', toolCallId: part.callId, toolName: part.name, output }];
}

function ownOptions(data: JsonObject | undefined, provider: string): SharedV3ProviderOptions | undefined {
  const kept = asObject(data?.['ai-sdk']);
  return kept?.['provider'] === provider ? (asObject(kept['metadata']) as SharedV3ProviderOptions) : undefined;
}

function withOptions(data: JsonObject | undefined, provider: string): { providerOptions?: SharedV3ProviderOptions } {
  const options = ownOptions(data, provider);
  return options === undefined ? {} : { providerOptions: options };
}

function toolOf(tool: ToolDeclaration): LanguageModelV3FunctionTool {
  const inputSchema = tool.parameters as LanguageModelV3FunctionTool['inputSchema'];
  return { type: 'function', name: tool.name, description: tool.description, inputSchema };
}

function choiceOf(
  choice: NonNullable<ModelRequest['toolChoice']>,
): NonNullable<LanguageModelV3CallOptions['toolChoice']> {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name };
}
