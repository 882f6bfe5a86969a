// Stored provider keys: one file that only its owner can read, several keys per provider, the newest first.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeIssues, errorMessage, MonkeyError, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { firstKeys } from './known-keys.ts';

/** Version 1 held one key per provider. */
const keyFileSchema = z.discriminatedUnion('version', [
  z.object({ version: z.literal(1), keys: z.record(z.string(), z.string()) }),
  z.object({ version: z.literal(2), keys: z.record(z.string(), z.array(z.string())) }),
]);

type Keys = Readonly<Record<string, readonly string[]>>;

/** Stored keys by provider id. */
export interface KeyStore {
  readonly path: string;
  /** The key of each provider that is tried first. Throws MonkeyError `config.invalid` when the file is damaged. */
  read(): Readonly<Record<string, string>>;
  /** All keys of each provider, in the order they are tried. Throws like `read`. */
  readAll(): Keys;
  /** Puts a key before those that are there (`add`), or in their place (`replace`). */
  save(provider: string, key: string, how?: 'add' | 'replace'): void;
  /** Forgets the keys of a provider, or only the one of a fingerprint. Returns how many there were. */
  remove(provider: string, fingerprint?: string): number;
}

/** Tells keys apart without giving them away: the first eight hexadecimal digits of their SHA-256. */
export function keyFingerprint(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}

/** Opens the key file of a configuration folder; it is made, with mode 0600, by the first `save`. */
export function createKeyStore(configFolder: string): KeyStore {
  const path = join(configFolder, 'keys.json');
  return {
    path,
    read: () => firstKeys(readKeys(path)),
    readAll: () => readKeys(path),
    save(provider, key, how = 'add') {
      const all = readKeys(path);
      const others = how === 'replace' ? [] : (all[provider] ?? []).filter((one) => one !== key);
      writeKeys(path, { ...all, [provider]: [key, ...others] });
    },
    remove(provider, fingerprint) {
      const { [provider]: keys = [], ...rest } = readKeys(path);
      const kept = fingerprint === undefined ? [] : keys.filter((key) => !isNamedBy(key, fingerprint));
      if (kept.length < keys.length) writeKeys(path, kept.length === 0 ? rest : { ...rest, [provider]: kept });
      return keys.length - kept.length;
    },
  };
}

/** A fingerprint may be shortened to four digits or more, and its `sha256:` left out. */
function isNamedBy(key: string, fingerprint: string): boolean {
  const wanted = fingerprint.replace(/^sha256:/, '').toLowerCase();
  return wanted.length >= 4 && keyFingerprint(key).startsWith(`sha256:${wanted}`);
}

function readKeys(path: string): Keys {
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
  const file = parsed.data;
  if (file.version === 2) return file.keys;
  return Object.fromEntries(Object.entries(file.keys).map(([provider, key]) => [provider, [key]]));
}

/** A key file that others can read is closed to them at once. */
function keepPrivate(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

function writeKeys(path: string, keys: Keys): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ version: 2, keys }, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
