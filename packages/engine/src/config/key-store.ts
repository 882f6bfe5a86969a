// Stored provider keys: one file that only its owner can read.
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeIssues, errorMessage, MonkeyError, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const keyFileSchema = z.object({ version: z.literal(1), keys: z.record(z.string(), z.string()) });

/** Stored keys by provider id. */
export interface KeyStore {
  readonly path: string;
  /** Throws MonkeyError `config.invalid` when the file is damaged. */
  read(): Readonly<Record<string, string>>;
  save(provider: string, key: string): void;
  /** Whether there was one. */
  remove(provider: string): boolean;
}

/** Opens the key file of a configuration folder; it is made, with mode 0600, by the first `save`. */
export function createKeyStore(configFolder: string): KeyStore {
  const path = join(configFolder, 'keys.json');
  return {
    path,
    read: () => readKeys(path),
    save(provider, key) {
      writeKeys(path, { ...readKeys(path), [provider]: key });
    },
    remove(provider) {
      const { [provider]: removed, ...rest } = readKeys(path);
      if (removed !== undefined) writeKeys(path, rest);
      return removed !== undefined;
    },
  };
}

function readKeys(path: string): Readonly<Record<string, string>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    keepPrivate(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new MonkeyError('config.invalid', `${path} cannot be read: ${errorMessage(error)}`);
  }
  const parsed = keyFileSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new MonkeyError('config.invalid', `${path} is damaged: ${describeIssues(parsed.error)}`);
  return parsed.data.keys;
}

/** A key file that others can read is closed to them at once. */
function keepPrivate(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

function writeKeys(path: string, keys: Readonly<Record<string, string>>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
