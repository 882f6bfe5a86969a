// From a model name, the environment and stored keys to the place where the call goes.
import type { DialectName } from '@monkey-coder/protocol';
import { MonkeyError } from '@monkey-coder/protocol';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { ModelFacts } from '../catalogue/model-facts.ts';
import { resolveModelName } from '../catalogue/resolve.ts';
import { clientDialectNamed } from '../dialects/client-dialects.ts';
import type { DialectQuirks } from '../dialects/dialect.ts';
import { type AwsAccess, accessOf, addressOf } from './access.ts';
import type { Secret } from './secret.ts';
import {
  type AuthShape,
  conservativeQuirks,
  type DialectEndpoint,
  type LocalServer,
  type ProviderEntry,
  providerEntry,
  providerTable,
} from './table.ts';

/** Where and how a model is called. */
export interface ModelTarget {
  readonly provider: string;
  /** Name to send. */
  readonly model: string;
  /** Null where the catalogue does not know the model: no price, no limits. */
  readonly facts: ModelFacts | null;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** The user moved the base URL. */
  readonly isOwnBaseUrl: boolean;
  readonly dialect: DialectName;
  readonly auth: AuthShape;
  /** Added to every address: `api-version=…`. */
  readonly query?: string;
  /** Signs requests with `key` as the secret. */
  readonly aws?: AwsAccess;
  readonly key: Secret | null;
  readonly quirks: DialectQuirks;
  readonly listPath: string;
  /** Where a key is tried. */
  readonly keyPath: string;
  /** What the user should be told, one line each. */
  readonly notices: readonly string[];
}

/** What a target is resolved from. */
export interface TargetRequest {
  /** `provider/model`, a model name, a tier or a provider; absent for the default of the first provider with a key. */
  readonly model?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Stored keys by provider; the environment goes before them. */
  readonly keys: Readonly<Record<string, string | undefined>>;
  /** Base URLs from settings by provider; the environment goes before them. */
  readonly baseUrls?: Readonly<Record<string, string | undefined>>;
  readonly catalogue: Catalogue;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Local servers found running, for the tier `local` and as a last default. */
  readonly localServers?: readonly LocalServer[];
}

/**
 * Resolves where a call goes. Throws MonkeyError: `model.unknown` with the nearest names, `auth.missing-key`,
 * `config.invalid` for a broken base URL, `model.unreachable` when a local model is wanted and nothing runs.
 */
export function resolveTarget(request: TargetRequest): ModelTarget {
  const name = request.model?.trim() ?? '';
  if (name === '') return defaultTarget(request);
  const own = ownNameTarget(name, request);
  if (own !== undefined) return own;
  const available = availableProviders(request);
  const resolution = resolveModelName(name, { catalogue: request.catalogue, now: request.now, available });
  switch (resolution.kind) {
    case 'local':
      return localTarget(resolution.provider, resolution.model, request);
    case 'found':
    case 'redirected':
      return knownTarget(name, resolution.facts, resolution.notices, request);
    case 'unknown':
      return takenByOwnBaseUrl(name, request) ?? refuse(resolution.message);
  }
}

/** Providers that can be called with this environment and these keys, in the order of the table. */
export function availableProviders(request: Pick<TargetRequest, 'env' | 'keys' | 'baseUrls'>): string[] {
  return providerTable
    .filter((entry) => keyOf(entry, request) !== undefined || ownBaseUrl(entry, request) !== undefined)
    .map((entry) => entry.id);
}

function refuse(message: string): never {
  throw new MonkeyError('model.unknown', message);
}

function defaultTarget(request: TargetRequest): ModelTarget {
  const available = availableProviders(request);
  for (const provider of available) {
    const resolution = resolveModelName(provider, { catalogue: request.catalogue, now: request.now, available });
    if (resolution.kind === 'found') return knownTarget(provider, resolution.facts, resolution.notices, request);
  }
  if (request.localServers?.some((server) => server.models.length > 0))
    return localTarget(undefined, undefined, request);
  const [first] = available;
  if (first !== undefined)
    throw new MonkeyError('usage.invalid', `name a model of ${first} with --model ${first}/NAME`);
  throw new MonkeyError('auth.missing-key', 'no provider has a key, and no base URL is set', {
    advice:
      'Set ANTHROPIC_API_KEY or OPENAI_API_KEY, run `monkey login <provider>`, or start a local server such as Ollama.',
  });
}

/** `provider/anything` where the provider's base URL is the user's own, is local, or is `custom`. */
function ownNameTarget(name: string, request: TargetRequest): ModelTarget | undefined {
  const slash = name.indexOf('/');
  const entry = slash === -1 ? undefined : providerEntry(name.slice(0, slash));
  if (entry === undefined || slash === name.length - 1) return undefined;
  const model = name.slice(slash + 1);
  const isOwn = ownBaseUrl(entry, request) !== undefined;
  if (!isOwn && !entry.isLocal && !entry.takesAnyModel) return undefined;
  return ownTarget(entry, model, request);
}

/** A name nobody knows goes to the base URL the user set, if there is one. */
function takenByOwnBaseUrl(name: string, request: TargetRequest): ModelTarget | undefined {
  const entry = providerTable.find((one) => ownBaseUrl(one, request) !== undefined);
  return entry === undefined ? undefined : ownTarget(entry, name, request);
}

function ownTarget(entry: ProviderEntry, model: string, request: TargetRequest): ModelTarget {
  const facts = request.catalogue.find(entry.id, model) ?? null;
  const base = ownBaseUrl(entry, request);
  const notices: string[] = [];
  if (!entry.isLocal && facts?.price === undefined) {
    notices.push(`the price of ${model} at ${base ?? entry.baseUrl} is unknown: cost cannot be shown or capped`);
  } else if (base !== undefined && facts?.price !== undefined) {
    notices.push(`${base} is not ${entry.name} itself: prices shown are those of ${entry.name}`);
  }
  return makeTarget(entry, model, facts, notices, request);
}

function knownTarget(name: string, facts: ModelFacts, notices: readonly string[], request: TargetRequest): ModelTarget {
  const entry = providerEntry(facts.provider);
  const reachable = entry !== undefined && (keyOf(entry, request) ?? ownBaseUrl(entry, request)) !== undefined;
  if (!reachable) {
    const taken = takenByOwnBaseUrl(name, request);
    if (taken !== undefined) return taken;
  }
  if (entry === undefined) {
    throw new MonkeyError(
      'model.unknown',
      `${facts.provider}/${facts.id} is known, but ${facts.provider} cannot be called yet`,
    );
  }
  return makeTarget(entry, facts.id, facts, notices, request);
}

function localTarget(provider: string | undefined, model: string | undefined, request: TargetRequest): ModelTarget {
  const servers = (request.localServers ?? []).filter((one) => provider === undefined || one.provider === provider);
  const server = servers.find((one) => one.models.length > 0);
  const entry = providerEntry(server?.provider ?? provider ?? '');
  const name = model ?? server?.models[0];
  if (entry === undefined || name === undefined) {
    throw new MonkeyError(
      'model.unreachable',
      `no local model server with a model was found${provider ? ` for ${provider}` : ''}`,
      {
        advice: 'Start one, for example `ollama serve`, and load a model.',
      },
    );
  }
  return makeTarget(entry, name, null, [], request);
}

function makeTarget(
  entry: ProviderEntry,
  model: string,
  facts: ModelFacts | null,
  notices: readonly string[],
  request: TargetRequest,
): ModelTarget {
  const own = ownBaseUrl(entry, request);
  const endpoint = endpointFor(entry, facts, own !== undefined);
  if (facts !== null && own === undefined && !facts.dialects.includes(endpoint.dialect)) {
    throw new MonkeyError(
      'model.unknown',
      `${entry.id}/${model} is only served as ${facts.dialects.join(', ')}, which is not spoken yet`,
    );
  }
  const access = accessOf(entry, endpoint, { key: keyOf(entry, request), env: request.env });
  if (own === undefined && (entry.baseUrl === '' || (access.key === null && !entry.isLocal))) throw missing(entry);
  const isChat = endpoint.dialect === 'openai-chat';
  const isStranger = own !== undefined && entry.baseUrl !== '';
  const quirks = isStranger && isChat ? conservativeQuirks : endpoint.quirks;
  return {
    provider: entry.id,
    model,
    facts,
    ...addressOf(entry, endpoint, { own, model, region: access.aws?.region, env: request.env }),
    ...access,
    isOwnBaseUrl: own !== undefined,
    dialect: endpoint.dialect,
    quirks: isChat ? quirks : { ...quirks, ...thinkingStyle(facts), ...prefillStyle(endpoint, facts) },
    listPath: own !== undefined ? '/models' : entry.listPath,
    keyPath: own !== undefined ? '/models' : (entry.keyPath ?? entry.listPath),
    notices,
  };
}

/**
 * At the vendor itself the dialect the catalogue prefers for the model; at an address of the user's own, and for a model
 * nobody knows, the one that compatible hosts speak: the provider's first.
 */
function endpointFor(entry: ProviderEntry, facts: ModelFacts | null, isOwnBaseUrl: boolean): DialectEndpoint {
  const spoken = entry.endpoints.filter((one) => clientDialectNamed(one.dialect) !== undefined);
  const served = spoken.filter((one) => facts?.dialects.includes(one.dialect) ?? false);
  const preferred = facts?.dialects.find((name) => served.some((one) => one.dialect === name));
  if (isOwnBaseUrl) return served[0] ?? entry.endpoints[0];
  return served.find((one) => one.dialect === preferred) ?? spoken[0] ?? entry.endpoints[0];
}

function missing(entry: ProviderEntry): MonkeyError {
  if (entry.baseUrl === '')
    return new MonkeyError('config.invalid', `${entry.id} needs a base URL: set ${entry.baseUrlEnv}`);
  return new MonkeyError('auth.missing-key', `no key for ${entry.name}`, {
    advice: `Set ${entry.keyEnv[0] ?? 'its key'} or run \`monkey login ${entry.id}\`.`,
  });
}

/** How the model wants to be told to think; unknown models are not told. */
function thinkingStyle(facts: ModelFacts | null): Pick<DialectQuirks, 'thinking'> {
  if (facts?.effort !== undefined) return { thinking: 'effort' };
  return { thinking: facts?.reasoning ? 'budget' : 'none' };
}

/** Claude models that take effort words refuse a begun answer; the ones before them go on with it while they are not told to think. */
function prefillStyle(endpoint: DialectEndpoint, facts: ModelFacts | null): Pick<DialectQuirks, 'prefill'> {
  const isTaken = endpoint.dialect === 'anthropic-messages' && facts !== null && facts.effort === undefined;
  return isTaken ? { prefill: 'as-is' } : {};
}

function keyOf(entry: ProviderEntry, request: Pick<TargetRequest, 'env' | 'keys'>): string | undefined {
  const fromEnv = entry.keyEnv
    .map((name) => request.env[name]?.trim())
    .find((value) => value !== undefined && value !== '');
  return fromEnv ?? (request.keys[entry.id]?.trim() || undefined);
}

/** The user's own base URL, made whole: the version is added where the path is bare, as the vendors' SDKs do. */
function ownBaseUrl(entry: ProviderEntry, request: Pick<TargetRequest, 'env' | 'baseUrls'>): string | undefined {
  const set = request.env[entry.baseUrlEnv]?.trim() || request.baseUrls?.[entry.id]?.trim();
  if (!set) return undefined;
  const where = request.env[entry.baseUrlEnv]?.trim() ? entry.baseUrlEnv : `the base URL of ${entry.id}`;
  const url = URL.canParse(set) ? new URL(set) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new MonkeyError('config.invalid', `${where} is "${set}": it must be an http:// or https:// address`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  const needsVersion = path === '' || (entry.id === 'anthropic' && !path.endsWith('/v1'));
  const version = entry.basePath ?? /\/v\d\w*$/.exec(entry.baseUrl)?.[0] ?? '/v1';
  const whole = `${url.origin}${path}${needsVersion ? version : ''}`;
  return whole === entry.baseUrl ? undefined : whole;
}
