// What an AI SDK model throws, or sends as an error part, as a failure of the one taxonomy.
import type { JsonObject, JsonValue, ModelErrorCode, ModelFailure } from '@monkey-coder/protocol';
import { classifyFailure } from '../dialects/classify.ts';
import { asNumber, asObject, asString } from '../dialects/json-read.ts';
import { modelFailure, networkFailure } from '../transport/failures.ts';

/** Errors of `@ai-sdk/provider` by their name, which survives several copies of the package. */
const codesByName: Readonly<Record<string, ModelErrorCode>> = {
  AI_JSONParseError: 'malformed',
  AI_TypeValidationError: 'malformed',
  AI_InvalidResponseDataError: 'malformed',
  AI_EmptyResponseBodyError: 'malformed',
  AI_NoContentGeneratedError: 'malformed',
  AI_InvalidPromptError: 'invalid_request',
  AI_InvalidArgumentError: 'invalid_request',
  AI_LoadAPIKeyError: 'auth',
  AI_LoadSettingError: 'auth',
  AI_NoSuchModelError: 'not_found',
  AI_UnsupportedFunctionalityError: 'unsupported',
};

/** Newer providers notice a cut answer themselves, as invalid response data. */
const unfinished = /ended without a finish reason/i;

/** Classifies anything: an API error by status, body and headers; a thrown object or text by what it says. */
export function failureOfAiSdk(error: unknown): ModelFailure {
  if (!(error instanceof Error)) {
    return classifyFailure({ body: typeof error === 'object' ? (error as JsonValue) : String(error) });
  }
  const facts = error as unknown as JsonObject;
  const status = asNumber(facts['statusCode']);
  if (status !== undefined && status >= 400) {
    const headers = (asObject(facts['responseHeaders']) ?? {}) as Readonly<Record<string, string>>;
    const body = asString(facts['responseBody']);
    return classifyFailure({ status, headers, body: body === undefined || body === '' ? error.message : body });
  }
  if (unfinished.test(error.message)) return modelFailure('truncated', error.message);
  const code = codesByName[error.name] ?? (status === undefined ? undefined : 'malformed');
  if (code !== undefined) return modelFailure(code, error.message);
  return networkFailure(rootOf(error), hostOf(facts['url']));
}

/** fetch hides the socket's error one or two causes deep. */
function rootOf(error: Error): unknown {
  let current: unknown = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current;
}

function hostOf(url: JsonValue | undefined): string {
  const text = asString(url);
  return text !== undefined && URL.canParse(text) ? new URL(text).host : 'the provider';
}
