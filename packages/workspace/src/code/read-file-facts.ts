// Reads one file for the index: its stamp, and what its code defines, uses and imports.
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import type { CodeParser } from './code-parser.ts';
import { languageOfPath } from './language.ts';
import { isGeneratedText, maxIndexedBytes } from './left-out.ts';
import { type NameTable, noFacts, type PackedFacts, packOutline } from './packed-facts.ts';

/** What tells that a file is still the one that was read. */
export interface FileStamp {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Of the bytes, hex. */
  readonly hash: string;
}

/** What was read. Facts are null where the content is what it was. */
export interface ReadFacts extends FileStamp {
  readonly path: string;
  readonly facts: PackedFacts | null;
}

/** A file to read, and the hash of what is known of it. */
export interface FileToRead {
  readonly path: string;
  readonly knownHash: string | null;
}

const BINARY_SNIFF_BYTES = 8_000;

/** Null where there is no such regular file; generated, binary and huge files have no facts to tell. */
export async function readFileFacts(
  root: string,
  file: FileToRead,
  { parser, table }: { readonly parser: CodeParser; readonly table: NameTable },
): Promise<ReadFacts | null> {
  const { path, knownHash } = file;
  const read = readRegularFile(join(root, path), maxIndexedBytes);
  const language = languageOfPath(path);
  if (read === null || language === null) return null;
  const { bytes, mtimeMs } = read;
  const stamp = { path, sizeBytes: bytes.length, mtimeMs, hash: hash('sha1', bytes, 'hex') };
  if (stamp.hash === knownHash) return { ...stamp, facts: null };
  if (bytes.subarray(0, BINARY_SNIFF_BYTES).includes(0)) return { ...stamp, facts: noFacts };
  const text = bytes.toString('utf8');
  if (isGeneratedText(text)) return { ...stamp, facts: noFacts };
  return { ...stamp, facts: packOutline(await parser.outline(language, text), table) };
}
