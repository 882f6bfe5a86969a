// Contents by their git blob id, one file each, never changed once written.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobId, type HashAlgorithm } from './tree-state.ts';

/** Keeps contents in a folder. Writes survive the end of the process at any moment; a power failure may lose the newest. */
export class BlobStore {
  readonly algorithm: HashAlgorithm;
  readonly #folder: string;

  constructor(folder: string, algorithm: HashAlgorithm) {
    this.#folder = folder;
    this.algorithm = algorithm;
  }

  has(id: string): boolean {
    return existsSync(this.#path(id));
  }

  /** Keeps bytes; `id` saves hashing them again. */
  put(bytes: Buffer, id = blobId(bytes, this.algorithm)): string {
    const path = this.#path(id);
    if (existsSync(path)) return id;
    const temporary = `${path}.${process.pid}`;
    try {
      writeFileSync(temporary, bytes, { mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(join(this.#folder, id.slice(0, 2)), { recursive: true, mode: 0o700 });
      writeFileSync(temporary, bytes, { mode: 0o600 });
    }
    renameSync(temporary, path);
    return id;
  }

  /** The content, or null when it is not kept or was damaged. */
  read(id: string): Buffer | null {
    try {
      const bytes = readFileSync(this.#path(id));
      return blobId(bytes, this.algorithm) === id ? bytes : null;
    } catch {
      return null;
    }
  }

  /** Every kept id with its size in bytes. */
  sizes(): Map<string, number> {
    const sizes = new Map<string, number>();
    if (!existsSync(this.#folder)) return sizes;
    for (const prefix of readdirSync(this.#folder)) {
      for (const name of readdirSync(join(this.#folder, prefix))) {
        sizes.set(prefix + name, statSync(join(this.#folder, prefix, name)).size);
      }
    }
    return sizes;
  }

  delete(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#folder, id.slice(0, 2), id.slice(2));
  }
}
