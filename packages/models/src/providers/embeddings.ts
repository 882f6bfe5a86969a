// Texts to vectors, by a server that speaks OpenAI's `/embeddings`: Ollama, LM Studio, llama.cpp, vLLM.
//
// Only servers on this machine are asked: what a provider charges for vectors is in no catalogue and would pass the ledger by.
import { errorMessage, MonkeyError, parseJson } from '@monkey-coder/protocol';
import { asList, asObject } from '../dialects/json-read.ts';
import { getText, type TextAnswer } from '../transport/get-text.ts';
import { createHttpClient, type HttpClientOptions } from '../transport/http-client.ts';
import { providerEntry } from './table.ts';

/** Turns texts into vectors. */
export interface TextEmbedder {
  /** Names server and model: vectors of different ids cannot be compared. */
  readonly id: string;
  /** One vector for each text, in order. Throws MonkeyError `model.unreachable`; it never gives fewer. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}

const timeoutMs = 60_000;

/**
 * The embedder of `provider/model`, such as `ollama/nomic-embed-text`; nothing is asked yet. Throws MonkeyError `config.invalid` where
 * the address is not on this machine.
 */
export function createLocalEmbedder(
  name: string,
  {
    baseUrls,
    connections = {},
  }: { readonly baseUrls: Readonly<Record<string, string | undefined>>; readonly connections?: HttpClientOptions },
): TextEmbedder {
  const slash = name.indexOf('/');
  const [provider, model] = [name.slice(0, Math.max(0, slash)), name.slice(slash + 1)];
  const address = baseUrls[provider] ?? providerEntry(provider)?.baseUrl;
  const base = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  if (base === undefined || model === '' || !isThisMachine(base.hostname))
    throw new MonkeyError('config.invalid', `search.embeddings: ${name} is no model of a server on this machine`, {
      advice: 'Name one as ollama/nomic-embed-text; an own address goes into providers.NAME.baseUrl.',
    });
  const url = new URL(`${base.href.replace(/\/$/, '')}/embeddings`);
  return {
    id: `${url.host} ${model}`,
    async embed(texts, signal) {
      const http = createHttpClient(connections);
      try {
        const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        const body = JSON.stringify({ model, input: texts, encoding_format: 'float' });
        const headers = { 'content-type': 'application/json' };
        const answer = await getText(http, url, { headers, body, signal: patience });
        const vectors = vectorsIn(answer, texts.length);
        if (vectors !== undefined) return vectors;
        throw unreachable(
          name,
          answer.status === 200 ? 'it did not answer with vectors' : `it answered ${answer.status}`,
        );
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof MonkeyError ? error : unreachable(name, errorMessage(error));
      } finally {
        http.close();
      }
    },
  };
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function unreachable(name: string, why: string): MonkeyError {
  return new MonkeyError('model.unreachable', `embeddings of ${name}: ${why}`);
}

/** `{data: [{index, embedding}]}`, in any order; undefined unless there is one for each text, all of one length. */
function vectorsIn({ status, body }: TextAnswer, count: number): Float32Array[] | undefined {
  if (status !== 200) return undefined;
  const found = new Map<number, Float32Array>();
  asList(asObject(parseJson(body))?.['data']).forEach((item, at) => {
    const entry = asObject(item);
    const numbers = asList(entry?.['embedding']).filter((value) => typeof value === 'number');
    const index = entry?.['index'];
    if (numbers.length > 0) found.set(typeof index === 'number' ? index : at, Float32Array.from(numbers));
  });
  const vectors = Array.from({ length: count }, (_, at) => found.get(at));
  const isWhole = vectors.every((vector) => vector !== undefined && vector.length === vectors[0]?.length);
  return isWhole ? (vectors as Float32Array[]) : undefined;
}
