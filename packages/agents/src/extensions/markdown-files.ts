// Finds the Markdown files that people and repositories keep for agents: skills, commands, agents.
//
// A repository's files are read only where they really are inside the repository: a link that leads out is left alone.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ExtensionFolder, ExtensionPlaces, ExtensionScope } from './places.ts';

/** A file that was read. */
export interface MarkdownFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the folder it was found in, with `/`. */
  readonly name: string;
  readonly scope: ExtensionScope;
  readonly text: string;
}

const maxFiles = 300;
const maxDepth = 3;
const maxFileBytes = 128 * 1024;

/** Reads the Markdown files of folders, in order of their names; `only` chooses by name. Broken and foreign ones are left out. */
export async function markdownFiles(
  folders: readonly ExtensionFolder[],
  places: ExtensionPlaces,
  only: (name: string) => boolean = () => true,
): Promise<MarkdownFile[]> {
  const files: MarkdownFile[] = [];
  for (const { folder, scope } of folders) {
    const names = (await namesBelow(folder, '', maxDepth)).filter((name) => /\.md$/i.test(name) && only(name));
    for (const name of names.sort().slice(0, maxFiles - files.length)) {
      const path = join(folder, ...name.split('/'));
      const text = await readOwn(path, scope === 'project' ? places.root : undefined);
      if (text !== undefined) files.push({ path, name, scope, text });
    }
  }
  return files;
}

async function namesBelow(folder: string, prefix: string, depth: number): Promise<string[]> {
  if (depth === 0) return [];
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => []);
  const names = await Promise.all(
    entries.slice(0, maxFiles).map(async (entry) => {
      const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(join(folder, name))));
      return isFolder ? namesBelow(folder, name, depth - 1) : [name];
    }),
  );
  return names.flat();
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/** The text of a small file; with `inside`, only of one that really is in that folder. Undefined for anything else. */
export async function readOwn(path: string, inside: string | undefined): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    if (inside !== undefined && !real.startsWith(`${await realpath(inside)}${sep}`)) return undefined;
    const info = await stat(real);
    if (!info.isFile() || info.size > maxFileBytes) return undefined;
    const text = await readFile(real, 'utf8');
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
