// Error bodies of many vendors against the one taxonomy.
import { describe, expect, it } from 'vitest';
import { classifyFailure } from './classify.ts';
import { retryAfterMs } from './retry-after.ts';

const openai = (message: string, code: string | null = null, type = 'invalid_request_error'): object => ({
  error: { message, type, param: null, code },
});
const anthropic = (type: string, message: string): object => ({ type: 'error', error: { type, message } });

const cases: [status: number | undefined, body: object | string, code: string][] = [
  [401, openai('Incorrect API key provided: sk-...', 'invalid_api_key'), 'auth'],
  [401, anthropic('authentication_error', 'invalid x-api-key'), 'auth'],
  [401, { detail: 'Unauthorized' }, 'auth'],
  [400, { code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xa***' }, 'auth'],
  [
    400,
    {
      error: {
        code: 400,
        message: 'API key expired. Please renew the API key.',
        status: 'INVALID_ARGUMENT',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
      },
    },
    'auth',
  ],
  [401, { message: 'invalid api token' }, 'auth'],
  [404, { message: "model 'command-x' not found" }, 'not_found'],
  [
    400,
    { message: 'too many tokens: total number of tokens in the prompt exceeds the limit of 4081' },
    'context_length',
  ],
  [429, { message: 'You are using a Trial key, which is limited to 10 API calls / minute.' }, 'rate_limit'],
  [
    404,
    { error: { code: 404, message: 'models/gemini-9 is not found for API version v1beta', status: 'NOT_FOUND' } },
    'not_found',
  ],
  [
    400,
    {
      error: {
        code: 400,
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      },
    },
    'context_length',
  ],
  [403, anthropic('permission_error', 'Your API key may not use this'), 'permission'],
  [404, openai('The model `gpt-9` does not exist or you do not have access to it.', 'model_not_found'), 'not_found'],
  [400, openai("The requested model 'gpt-9' does not exist.", 'model_not_found'), 'not_found'],
  [429, openai('Rate limit reached for gpt-4o', 'rate_limit_exceeded', 'tokens'), 'rate_limit'],
  [429, openai('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'), 'quota'],
  [402, openai('Insufficient Balance'), 'quota'],
  [400, anthropic('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'), 'quota'],
  [400, anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'), 'context_length'],
  [400, openai("This model's maximum context length is 128000 tokens.", 'context_length_exceeded'), 'context_length'],
  [
    400,
    openai("This model's maximum prompt length is 131072 but the request contains 200000 tokens."),
    'context_length',
  ],
  [400, openai('Please reduce the length of the messages or completion.', 'context_length_exceeded'), 'context_length'],
  [400, openai('the request exceeds the available context size', null, 'exceed_context_size_error'), 'context_length'],
  [413, anthropic('request_too_large', 'Request exceeds the maximum size'), 'context_length'],
  [
    413,
    openai('Request too large for model on tokens per minute (TPM): Limit 6000', 'rate_limit_exceeded', 'tokens'),
    'rate_limit',
  ],
  [
    400,
    openai(
      "The response was filtered due to the prompt triggering Azure's content management policy.",
      'content_filter',
    ),
    'content_policy',
  ],
  [
    400,
    openai("Unsupported value: 'temperature' does not support 0.2 with this model.", 'unsupported_value'),
    'unsupported',
  ],
  [400, openai("'messages' is a required property"), 'invalid_request'],
  [422, { detail: [{ loc: ['body', 'messages'], msg: 'field required', type: 'missing' }] }, 'invalid_request'],
  [500, openai('The server had an error', null, 'server_error'), 'server'],
  [502, '<html>Bad Gateway</html>', 'server'],
  [503, '', 'overloaded'],
  [529, anthropic('overloaded_error', 'Overloaded'), 'overloaded'],
  [undefined, anthropic('overloaded_error', 'Overloaded'), 'overloaded'],
  [undefined, { error: { code: 502, message: 'Upstream failed' } }, 'server'],
  [undefined, { error: 'model runner has unexpectedly stopped, internal error' }, 'server'],
  [undefined, { error: { message: 'something odd' } }, 'unknown'],
];

describe('classifyFailure', () => {
  for (const [status, body, code] of cases) {
    it(`${status ?? 'in a stream'} ${JSON.stringify(body).slice(0, 90)} is ${code}`, () => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const failure = classifyFailure({ ...(status === undefined ? {} : { status }), body: text });
      expect(failure.code).toBe(code);
      expect(failure.message).not.toBe('');
    });
  }

  it('names the field of a list of details', () => {
    const body = JSON.stringify({ detail: [{ loc: ['body', 'messages'], msg: 'field required' }] });
    expect(classifyFailure({ status: 422, body }).message).toBe('body.messages: field required');
  });
});

describe('a message of a host', () => {
  it('is cut at 2,000 characters', () => {
    const { message } = classifyFailure({
      status: 500,
      body: JSON.stringify({ error: { message: 'x'.repeat(9000) } }),
    });
    expect(message).toBe(`${'x'.repeat(1999)}…`);
  });
});

describe('retryAfterMs', () => {
  const date = 'Sat, 21 Nov 2026 10:00:00 GMT';
  it.each([
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '350', 'retry-after': '1' }, 350],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:02:00 GMT', date }, 120_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT', date }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %s', (headers, expected) => {
    expect(retryAfterMs(headers as Record<string, string>, undefined, '')).toBe(expected);
  });

  it('reads the delay of Google', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }];
    expect(retryAfterMs({}, details, '')).toBe(34_400);
  });

  it.each([
    ['Please try again in 3s. Visit', 3000],
    ['try again in 1m2.5s', 62_500],
    ['Please try again in 350ms', 350],
    ['try again in a moment', undefined],
  ])('%s is %s', (message, expected) => {
    expect(retryAfterMs({}, undefined, message)).toBe(expected);
  });
});
