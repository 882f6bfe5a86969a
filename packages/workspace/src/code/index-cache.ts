// The whole index as a few long arrays, the form in which it is kept on disk: loading takes no work for each file.
import { createHash } from 'node:crypto';
import { loadIndexFile, saveIndexFile } from './index-file.ts';
import { joinArrays, NameTable, type PackedFacts } from './packed-facts.ts';
import { queryOf } from './queries/query-of.ts';
import type { FileStamp } from './read-file-facts.ts';

/** A file of the index. */
export interface IndexedFile extends FileStamp {
  readonly path: string;
  readonly facts: PackedFacts;
}

/** Everything that is known. */
export interface IndexContent {
  readonly table: NameTable;
  readonly files: Map<string, IndexedFile>;
}

interface Columns {
  readonly names: string;
  readonly paths: string;
  readonly hashes: string;
  readonly stamps: Float64Array;
  /** For each file the lengths of its three lists. */
  readonly lengths: Uint32Array;
  readonly definitions: Uint32Array;
  readonly references: Uint32Array;
  readonly imports: Uint32Array;
}

// What a query finds is part of what the file means.
const version = createHash('sha256')
  .update(`1 ${JSON.stringify(queryOf)}`)
  .digest('hex');

/** What was saved for this root; null when there is nothing to trust. */
export function loadIndex(file: string): IndexContent | null {
  const columns = loadIndexFile(file, version) as Columns | undefined;
  return columns === undefined ? null : unpack(columns);
}

export function saveIndex(file: string, { table, files }: IndexContent): boolean {
  const all = [...files.values()];
  const columns: Columns = {
    names: table.names.join('\n'),
    paths: all.map(({ path }) => path).join('\0'),
    hashes: all.map(({ hash }) => hash).join(' '),
    stamps: Float64Array.from(all.flatMap(({ sizeBytes, mtimeMs }) => [sizeBytes, mtimeMs])),
    lengths: Uint32Array.from(
      all.flatMap(({ facts }) => [facts.definitions.length, facts.references.length, facts.imports.length]),
    ),
    definitions: joinArrays(all.map(({ facts }) => facts.definitions)),
    references: joinArrays(all.map(({ facts }) => facts.references)),
    imports: joinArrays(all.map(({ facts }) => facts.imports)),
  };
  return saveIndexFile(file, version, columns);
}

function unpack(columns: Columns): IndexContent {
  const files = new Map<string, IndexedFile>();
  const hashes = columns.hashes.split(' ');
  const ends = [0, 0, 0];
  const next = (list: Uint32Array, which: number, length: number) => {
    const start = ends[which] ?? 0;
    ends[which] = start + length;
    return list.subarray(start, start + length);
  };
  const paths = columns.paths === '' ? [] : columns.paths.split('\0');
  paths.forEach((path, at) => {
    const [definitions = 0, references = 0, imports = 0] = columns.lengths.subarray(at * 3, at * 3 + 3);
    files.set(path, {
      path,
      sizeBytes: columns.stamps[at * 2] ?? 0,
      mtimeMs: columns.stamps[at * 2 + 1] ?? 0,
      hash: hashes[at] ?? '',
      facts: {
        definitions: next(columns.definitions, 0, definitions),
        references: next(columns.references, 1, references),
        imports: next(columns.imports, 2, imports),
      },
    });
  });
  return { table: new NameTable(columns.names === '' ? [] : columns.names.split('\n')), files };
}
