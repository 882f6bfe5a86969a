// Our request to the path and body of Gemini's streamGenerateContent, as Google documents them.
import type { JsonObject, JsonValue, Message, ModelRequest, Part } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import type { DialectQuirks, WireRequest } from '../dialect.ts';
import { asObject, asText } from '../json-read.ts';
import { repairConversation } from '../repair.ts';
import { foreignSignature, wantsSignedCalls } from './signatures.ts';

const budgets = { none: 0, low: 2048, medium: 8192, high: 24_576 } as const;
/** Most stop sequences the host takes. */
const stopLimit = 5;

/** Encodes for streaming. `contents` comes last, so that an appended history keeps the bytes before it. */
export function encodeGeminiRequest(request: ModelRequest, quirks: DialectQuirks): WireRequest {
  const notes: string[] = [];
  const config = generationConfig(request, quirks, notes);
  const sign = wantsSignedCalls(request.model);
  const body: JsonObject = {
    ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
    ...tools(request),
    ...(request.system === '' ? {} : { systemInstruction: { parts: [{ text: request.system }] } }),
    contents: repairConversation(request.messages).flatMap((message) => encodeMessage(message, sign)),
  };
  const model = encodeURIComponent(request.model.replace(/^models\//, ''));
  return { path: `/models/${model}:streamGenerateContent?alt=sse`, body, notes };
}

function generationConfig(request: ModelRequest, quirks: DialectQuirks, notes: string[]): JsonObject {
  const { maxOutputTokens, temperature, stopSequences, responseSchema } = request;
  if (stopSequences !== undefined && stopSequences.length > stopLimit) {
    notes.push(`only the first ${stopLimit} of ${stopSequences.length} stop sequences are used`);
  }
  const thinking = thinkingConfig(request, quirks, notes);
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stopSequences === undefined ? {} : { stopSequences: stopSequences.slice(0, stopLimit) }),
    ...(responseSchema === undefined
      ? {}
      : { responseMimeType: 'application/json', responseJsonSchema: responseSchema.schema }),
    ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
  };
}

/** Newer models take a level, those before a budget; models that do not think refuse both. */
function thinkingConfig(request: ModelRequest, quirks: DialectQuirks, notes: string[]): JsonObject | undefined {
  const effort = request.reasoningEffort;
  const style = quirks.thinking ?? 'none';
  if (style === 'none') {
    if (effort !== undefined && effort !== 'none') {
      notes.push(`reasoning effort ${effort} was left out: the model is not known to think`);
    }
    return undefined;
  }
  if (effort === undefined) return { includeThoughts: true };
  if (effort === 'none' && (style === 'effort' || request.model.includes('pro'))) {
    notes.push('reasoning effort none was left out: the model always thinks');
    return { includeThoughts: true };
  }
  if (style === 'effort') return { includeThoughts: true, thinkingLevel: effort };
  return { includeThoughts: effort !== 'none', thinkingBudget: budgets[effort] };
}

function tools(request: ModelRequest): JsonObject {
  if (request.tools.length === 0) return {};
  const functionDeclarations = request.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parametersJsonSchema: parameters,
  }));
  const calling = callingConfig(request.toolChoice);
  return {
    tools: [{ functionDeclarations }],
    ...(calling === undefined ? {} : { toolConfig: { functionCallingConfig: calling } }),
  };
}

function callingConfig(choice: ModelRequest['toolChoice']): JsonObject | undefined {
  switch (choice) {
    case undefined:
      return undefined;
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    default:
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  }
}

function encodeMessage(message: Message, sign: boolean): JsonValue[] {
  const isModel = message.role === 'assistant';
  const parts = message.parts.flatMap((part) => encodePart(part, isModel));
  if (parts.length === 0) return [];
  return [{ role: isModel ? 'model' : 'user', parts: sign && isModel ? signFirstCall(parts) : parts }];
}

/** A history that began with another vendor has calls without a signature, which newer models refuse. */
function signFirstCall(parts: readonly JsonObject[]): JsonObject[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined);
  return parts.map((part, index) =>
    index === first && part['thoughtSignature'] === undefined ? { ...part, thoughtSignature: foreignSignature } : part,
  );
}

function encodePart(part: Part, isModel: boolean): JsonObject[] {
  switch (part.type) {
    case 'text':
      return encodeText(part);
    case 'reasoning': {
      const signed = signature(part);
      return isModel && signed !== undefined ? [{ text: part.text, thought: true, thoughtSignature: signed }] : [];
    }
    case 'tool-call': {
      const signed = signature(part);
      const args = asObject(parseJson(part.arguments)) ?? {};
      const call = { functionCall: { id: part.id, name: part.name, args } };
      return [signed === undefined ? call : { ...call, thoughtSignature: signed }];
    }
    case 'tool-result': {
      const response = part.isError ? { error: part.output } : { output: part.output };
      return [{ functionResponse: { id: part.callId, name: part.name, response } }];
    }
    case 'image':
      if (/^https?:/.test(part.data)) return [{ fileData: { fileUri: part.data } }];
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
    case 'file':
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
  }
}

function encodeText(part: Extract<Part, { type: 'text' }>): JsonObject[] {
  const own = asObject(asObject(part.providerData?.['gemini'])?.['part']);
  if (own !== undefined) return [own];
  const signed = signature(part);
  if (signed !== undefined) return [{ text: part.text, thoughtSignature: signed }];
  return part.text === '' ? [] : [{ text: part.text }];
}

function signature(part: { readonly providerData?: JsonObject | undefined }): string | undefined {
  return asText(asObject(part.providerData?.['gemini'])?.['thoughtSignature']);
}
