// The id git would give a tree, without starting git: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
import { createHash } from 'node:crypto';

/** One file of a tree. */
export interface TreeFile {
  /** Relative, forward slashes. */
  readonly path: string;
  /** Octal, such as `100644`. */
  readonly mode: string;
  readonly id: string;
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, TreeFile>;
}

/** Id of the tree that holds these files; the same as `git write-tree` gives for them. */
export function gitTreeHash(files: readonly TreeFile[], algorithm: 'sha1' | 'sha256'): string {
  const top: Folder = { folders: new Map(), files: new Map() };
  for (const file of files) addFile(top, file);
  return hashFolder(top, algorithm).toString('hex');
}

function addFile(top: Folder, file: TreeFile): void {
  const parts = file.path.split('/');
  const name = parts.pop() ?? '';
  let folder = top;
  for (const part of parts) {
    const next: Folder = folder.folders.get(part) ?? { folders: new Map(), files: new Map() };
    folder.folders.set(part, next);
    folder = next;
  }
  folder.files.set(name, file);
}

function hashFolder(folder: Folder, algorithm: 'sha1' | 'sha256'): Buffer {
  const lines = [
    ...[...folder.files].map(([name, file]) => ({
      key: Buffer.from(name),
      name,
      mode: file.mode,
      id: Buffer.from(file.id, 'hex'),
    })),
    // Git sorts a folder as if its name ended with a slash.
    ...[...folder.folders].map(([name, inner]) => ({
      key: Buffer.from(`${name}/`),
      name,
      mode: '40000',
      id: hashFolder(inner, algorithm),
    })),
  ].sort((a, b) => Buffer.compare(a.key, b.key));
  const body = Buffer.concat(lines.flatMap(({ name, mode, id }) => [Buffer.from(`${mode} ${name}\0`), id]));
  return createHash(algorithm).update(`tree ${body.length}\0`).update(body).digest();
}
