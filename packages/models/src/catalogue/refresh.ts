// Newer facts from where the user says: fetched, checked, kept in a file, and read from there at the next start.
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage, isMonkeyError, MonkeyError, parseJson } from '@monkey-coder/protocol';
import { getText } from '../transport/get-text.ts';
import { createHttpClient } from '../transport/http-client.ts';
import type { ProxyFor } from '../transport/proxy.ts';
import type { CatalogueLayers, ModelOverride } from './catalogue.ts';
import type { CatalogueRead } from './read-catalogue.ts';

/** Where from and where to. */
export interface RefreshOptions {
  /** A file, or an http(s) address the user chose; nothing is fetched from anywhere else. */
  readonly source: string;
  /** File the facts are kept in. */
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
  readonly proxyFor?: ProxyFor;
}

/** What was kept. */
export interface RefreshResult {
  readonly form: CatalogueRead['form'];
  readonly asOf: string;
  readonly models: number;
  readonly ignored: number;
}

const version = 1;
const timeoutMs = 60_000;

/**
 * Reads, checks and keeps. Throws MonkeyError and leaves the file as it was: `config.invalid` for a source that cannot be
 * read or is no list of models, `model.unreachable` for an address that does not answer.
 */
export async function refreshCatalogue(options: RefreshOptions): Promise<RefreshResult> {
  const text = /^https?:\/\//.test(options.source) ? await fetched(options) : await fromFile(options.source);
  const { readCatalogueText } = await import('./read-catalogue.ts');
  const read = readCatalogueText(text, options.source);
  const asOf = read.asOf ?? new Date(options.now).toISOString().slice(0, 10);
  const stored = { version, asOf, source: options.source, models: read.models };
  await mkdir(dirname(options.file), { recursive: true });
  const temporary = `${options.file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(stored)}\n`);
    await rename(temporary, options.file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { form: read.form, asOf, models: read.models.length, ignored: read.ignored };
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MonkeyError('config.invalid', `${path} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}

async function fetched({ source, signal, proxyFor }: RefreshOptions): Promise<string> {
  if (!URL.canParse(source)) throw new MonkeyError('config.invalid', `${source} is not a web address`);
  const http = createHttpClient(proxyFor === undefined ? {} : { proxyFor });
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { status, body } = await getText(http, new URL(source), { headers: {}, signal: patience });
    if (status === 200) return body;
    throw new MonkeyError('model.unreachable', `${source} answered with status ${status}; nothing was changed`);
  } catch (error) {
    if (isMonkeyError(error)) throw error;
    throw new MonkeyError('model.unreachable', `${source} cannot be read: ${errorMessage(error)}`, { cause: error });
  } finally {
    http.close();
  }
}

/** Facts kept by a refresh, for `createCatalogue`; undefined without the file, or when it is not ours to read. */
export function storedCatalogue(file: string): CatalogueLayers['refreshed'] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const stored = parseJson(text) as { version?: unknown; asOf?: unknown; models?: unknown } | null | undefined;
  if (stored?.version !== version || typeof stored.asOf !== 'string' || !Array.isArray(stored.models)) return undefined;
  return { asOf: stored.asOf, models: stored.models as ModelOverride[] };
}
