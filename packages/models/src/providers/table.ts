// The providers, as data: where they are, how they are paid for, and where they differ. A new one is one entry.
import type { DialectName } from '@monkey-coder/protocol';
import type { DialectQuirks } from '../dialects/dialect.ts';

/** How a key is sent. */
export type AuthShape = 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'api-key' | 'aws-sigv4' | 'none';

/** A place on the network where a dialect is spoken. */
export interface DialectEndpoint {
  readonly dialect: DialectName;
  readonly auth: AuthShape;
  /** Added to the base URL before the dialect's own path; empty where the base already fits. */
  readonly prefix: string;
  readonly quirks: DialectQuirks;
}

/** One provider. */
export interface ProviderEntry {
  readonly id: string;
  readonly name: string;
  /** Environment variables that may hold the key, first wins. */
  readonly keyEnv: readonly string[];
  /** Environment variable that moves the base URL. */
  readonly baseUrlEnv: string;
  readonly baseUrl: string;
  /** Preferred first; a model is called at the first one whose dialect it speaks. */
  readonly endpoints: readonly [DialectEndpoint, ...DialectEndpoint[]];
  /** Path under the base URL (or beside it, with `..`) that lists models, and so tells whether a key is good. */
  readonly listPath: string;
  /** Path that tells whether a key is good, where the list is open to everybody. */
  readonly keyPath?: string;
  /** A page about its models. */
  readonly documentation: string;
  /** Runs on this machine: no key, no price. */
  readonly isLocal: boolean;
  /** Any name after its own is taken: names are given by the user (deployments), not by a vendor. */
  readonly takesAnyModel?: boolean;
  /** Path added to a base URL that has none; default: the version in `baseUrl`. */
  readonly basePath?: string;
  /** Environment variable with an API version: the older addresses with the deployment in the path are used then (Azure). */
  readonly apiVersionEnv?: string;
  /** Requests and answers in AWS's form; the key is a Bedrock API key, or requests are signed with AWS credentials. */
  readonly isBedrock?: boolean;
}

const chat = (quirks: DialectQuirks = {}, auth: AuthShape = 'bearer'): DialectEndpoint => ({
  dialect: 'openai-chat',
  auth,
  prefix: '',
  quirks,
});

const local = (id: string, name: string, port: number, documentation: string): ProviderEntry => ({
  id,
  name,
  keyEnv: [`${id.toUpperCase()}_API_KEY`],
  baseUrlEnv: `${id.toUpperCase()}_BASE_URL`,
  baseUrl: `http://127.0.0.1:${port}/v1`,
  endpoints: [chat({ replayReasoning: true })],
  listPath: '/models',
  documentation,
  isLocal: true,
});

/** What every host that calls itself OpenAI-compatible is known to take. */
export const conservativeQuirks: DialectQuirks = {
  outputLimitField: 'max_tokens',
  streamUsage: true,
  replayReasoning: true,
};

/** A local server that answered. */
export interface LocalServer {
  readonly provider: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly models: readonly string[];
}

/** All providers, in the order in which a default is looked for. */
export const providerTable: readonly ProviderEntry[] = [
  {
    id: 'anthropic',
    name: 'Anthropic',
    keyEnv: ['ANTHROPIC_API_KEY'],
    baseUrlEnv: 'ANTHROPIC_BASE_URL',
    baseUrl: 'https://api.anthropic.com/v1',
    endpoints: [{ dialect: 'anthropic-messages', auth: 'x-api-key', prefix: '', quirks: { cacheMarks: true } }],
    listPath: '/models?limit=1000',
    documentation: 'https://docs.anthropic.com/en/docs/about-claude/models',
    isLocal: false,
  },
  {
    id: 'openai',
    name: 'OpenAI',
    keyEnv: ['OPENAI_API_KEY'],
    baseUrlEnv: 'OPENAI_BASE_URL',
    baseUrl: 'https://api.openai.com/v1',
    endpoints: [
      chat({ outputLimitField: 'max_completion_tokens', promptCacheKey: true, streamUsage: true }),
      { dialect: 'openai-responses', auth: 'bearer', prefix: '', quirks: { promptCacheKey: true } },
    ],
    listPath: '/models',
    documentation: 'https://platform.openai.com/docs/models',
    isLocal: false,
  },
  {
    id: 'google',
    name: 'Google',
    keyEnv: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    baseUrlEnv: 'GOOGLE_GEMINI_BASE_URL',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    endpoints: [{ dialect: 'gemini', auth: 'x-goog-api-key', prefix: '', quirks: {} }],
    listPath: '/models?pageSize=1000',
    documentation: 'https://ai.google.dev/gemini-api/docs/models',
    isLocal: false,
  },
  {
    id: 'openrouter',
    name: 'OpenRouter',
    keyEnv: ['OPENROUTER_API_KEY'],
    baseUrlEnv: 'OPENROUTER_BASE_URL',
    baseUrl: 'https://openrouter.ai/api/v1',
    endpoints: [chat({ replayReasoning: true })],
    listPath: '/models',
    keyPath: '/key',
    documentation: 'https://openrouter.ai/models',
    isLocal: false,
  },
  {
    id: 'xai',
    name: 'xAI',
    keyEnv: ['XAI_API_KEY'],
    baseUrlEnv: 'XAI_BASE_URL',
    baseUrl: 'https://api.x.ai/v1',
    endpoints: [chat({ reasoningOutsideOutput: true })],
    listPath: '/models',
    documentation: 'https://docs.x.ai/docs/models',
    isLocal: false,
  },
  {
    id: 'deepseek',
    name: 'DeepSeek',
    keyEnv: ['DEEPSEEK_API_KEY'],
    baseUrlEnv: 'DEEPSEEK_BASE_URL',
    baseUrl: 'https://api.deepseek.com',
    endpoints: [chat({ replayReasoning: true })],
    listPath: '/models',
    documentation: 'https://api-docs.deepseek.com/quick_start/pricing',
    isLocal: false,
  },
  {
    id: 'mistral',
    name: 'Mistral',
    keyEnv: ['MISTRAL_API_KEY'],
    baseUrlEnv: 'MISTRAL_BASE_URL',
    baseUrl: 'https://api.mistral.ai/v1',
    endpoints: [chat({ streamUsage: false, shortToolCallIds: true, prefill: 'prefix-flag' })],
    listPath: '/models',
    documentation: 'https://docs.mistral.ai/getting-started/models/',
    isLocal: false,
  },
  {
    id: 'groq',
    name: 'Groq',
    keyEnv: ['GROQ_API_KEY'],
    baseUrlEnv: 'GROQ_BASE_URL',
    baseUrl: 'https://api.groq.com/openai/v1',
    endpoints: [chat({ outputLimitField: 'max_completion_tokens' })],
    listPath: '/models',
    documentation: 'https://console.groq.com/docs/models',
    isLocal: false,
  },
  {
    id: 'cohere',
    name: 'Cohere',
    keyEnv: ['COHERE_API_KEY', 'CO_API_KEY'],
    baseUrlEnv: 'COHERE_BASE_URL',
    baseUrl: 'https://api.cohere.com/v2',
    endpoints: [{ dialect: 'cohere', auth: 'bearer', prefix: '', quirks: {} }],
    listPath: '/../v1/models?endpoint=chat&page_size=1000',
    documentation: 'https://docs.cohere.com/docs/models',
    isLocal: false,
  },
  local('ollama', 'Ollama', 11_434, 'https://ollama.com/library'),
  local('lmstudio', 'LM Studio', 1234, 'https://lmstudio.ai/models'),
  local('llamacpp', 'llama.cpp', 8080, 'https://github.com/ggml-org/llama.cpp'),
  local('vllm', 'vLLM', 8000, 'https://docs.vllm.ai'),
  {
    id: 'azure',
    name: 'Azure OpenAI',
    keyEnv: ['AZURE_OPENAI_API_KEY'],
    baseUrlEnv: 'AZURE_OPENAI_ENDPOINT',
    baseUrl: '',
    endpoints: [
      chat({ outputLimitField: 'max_completion_tokens', promptCacheKey: true, streamUsage: true }, 'api-key'),
      { dialect: 'openai-responses', auth: 'api-key', prefix: '', quirks: { promptCacheKey: true } },
    ],
    listPath: '/models',
    documentation: 'https://learn.microsoft.com/azure/ai-foundry/openai/',
    isLocal: false,
    takesAnyModel: true,
    basePath: '/openai/v1',
    apiVersionEnv: 'AZURE_OPENAI_API_VERSION',
  },
  {
    id: 'bedrock',
    name: 'Amazon Bedrock',
    keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
    baseUrlEnv: 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
    baseUrl: 'https://bedrock-runtime.{region}.amazonaws.com',
    endpoints: [{ dialect: 'anthropic-messages', auth: 'bearer', prefix: '', quirks: { cacheMarks: true } }],
    listPath: '/models',
    documentation: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-ids.html',
    isLocal: false,
    takesAnyModel: true,
    basePath: '',
    isBedrock: true,
  },
  {
    id: 'custom',
    name: 'Custom endpoint',
    keyEnv: ['CUSTOM_API_KEY'],
    baseUrlEnv: 'CUSTOM_BASE_URL',
    baseUrl: '',
    endpoints: [chat(conservativeQuirks)],
    listPath: '/models',
    documentation: '',
    isLocal: false,
    takesAnyModel: true,
  },
];

/** The entry of an id. */
export function providerEntry(id: string): ProviderEntry | undefined {
  return providerTable.find((provider) => provider.id === id);
}

/** Quirks that matter for reading answers of a provider, known to us or not. */
export function wireQuirks(providerId: string): DialectQuirks {
  return providerEntry(providerId)?.endpoints[0].quirks ?? {};
}
