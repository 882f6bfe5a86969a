// Reads WebAssembly that is shipped with the program: compressed beside a bundle, or in the package it comes from when running from source.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** Where a WebAssembly file lies. */
export interface ShippedWasm {
  /** Folder beside the bundle, and the file's name there without `.wasm.br`. */
  readonly folder: string;
  readonly name: string;
  /** The file in the package it comes from. */
  readonly module: string;
}

/** Its bytes. Throws what the file system throws when it is not there. */
export async function readShippedWasm({ folder, name, module }: ShippedWasm): Promise<Uint8Array> {
  // In a bundle `import.meta.url` is the bundle's own file name: see the build of the command line.
  const require = createRequire(import.meta.url);
  const beside = resolved(require, `./${folder}/${name}.wasm.br`);
  if (beside !== null) return promisify(brotliDecompress)(await readFile(beside));
  return readFile(require.resolve(module));
}

function resolved(require: NodeJS.Require, path: string): string | null {
  try {
    return require.resolve(path);
  } catch {
    return null;
  }
}
