// Asks a provider which models it has, which also tells whether a key is good.
import type { JsonValue, ModelFailure } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import { classifyFailure } from '../dialects/classify.ts';
import { asList, asObject, asText } from '../dialects/json-read.ts';
import { modelFailure, networkFailure } from '../transport/failures.ts';
import { getText } from '../transport/get-text.ts';
import { createHttpClient, type HttpClientOptions } from '../transport/http-client.ts';
import { authHeaders } from './headers.ts';
import type { ModelTarget } from './target.ts';

/** Models of a provider, or why they cannot be had. */
export type ModelList =
  | { readonly kind: 'listed'; readonly models: readonly string[] }
  | { readonly kind: 'failed'; readonly failure: ModelFailure };

/** A key is good, refused by the provider, or could not be tried. */
export type KeyVerdict =
  | { readonly kind: 'valid'; readonly models: readonly string[] }
  | { readonly kind: 'rejected'; readonly failure: ModelFailure }
  | { readonly kind: 'unchecked'; readonly failure: ModelFailure };

/** Where to ask. */
export type ListTarget = Pick<ModelTarget, 'baseUrl' | 'listPath' | 'keyPath' | 'auth' | 'key' | 'dialect'>;

const timeoutMs = 20_000;

/** Lists the models of a target's provider. Never throws. */
export async function listModels(
  target: ListTarget,
  signal: AbortSignal,
  connections: HttpClientOptions = {},
): Promise<ModelList> {
  return listAt(`${target.baseUrl}${target.listPath}`, authHeaders(target), signal, connections);
}

/** Tries a key where it costs nothing, mostly the list of models. `models` may be empty. Never throws. */
export async function validateKey(
  target: ListTarget,
  signal: AbortSignal,
  connections: HttpClientOptions = {},
): Promise<KeyVerdict> {
  const list = await listAt(`${target.baseUrl}${target.keyPath}`, authHeaders(target), signal, connections);
  if (list.kind === 'listed') return { kind: 'valid', models: list.models };
  const isRefused = list.failure.code === 'auth' || list.failure.code === 'permission';
  return { kind: isRefused ? 'rejected' : 'unchecked', failure: list.failure };
}

/** Lists models at an address. */
export async function listAt(
  address: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  connections: HttpClientOptions = {},
): Promise<ModelList> {
  const http = createHttpClient(connections);
  try {
    const url = new URL(address);
    const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { status, body, head } = await getText(http, url, { headers, signal: patience });
    if (status < 200 || status >= 300) {
      return { kind: 'failed', failure: classifyFailure({ status, headers: head, body }) };
    }
    const models = namesIn(parseJson(body));
    if (models !== undefined) return { kind: 'listed', models };
    return { kind: 'failed', failure: modelFailure('malformed', `${url.host} did not answer with a list of models`) };
  } catch (error) {
    if (signal.aborted) return { kind: 'failed', failure: modelFailure('cancelled', 'the request was cancelled') };
    const host = URL.canParse(address) ? new URL(address).host : address;
    return { kind: 'failed', failure: networkFailure(error, host) };
  } finally {
    http.close();
  }
}

/** `{data: [{id}]}` at most places, `{models: [{name}]}` at some (Google's with `models/` before it); a key endpoint answers with an object of facts. */
function namesIn(body: JsonValue | undefined): string[] | undefined {
  const object = asObject(body);
  if (object === undefined && !Array.isArray(body)) return undefined;
  const list = Array.isArray(body) ? body : asList(object?.['data'] ?? object?.['models']);
  return list.flatMap((item) => {
    const name = asText(asObject(item)?.['id']) ?? asText(asObject(item)?.['name']);
    return name === undefined ? [] : [name.replace(/^models\//, '')];
  });
}
