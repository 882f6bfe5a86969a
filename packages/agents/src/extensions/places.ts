// Where skills, commands and agents are looked for: the user's folders and the project's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whose word a file is. A repository's never grants anything. */
export type ExtensionScope = 'user' | 'project';

/** Where the files of one kind may be. */
export interface ExtensionPlaces {
  /** Real path of the project. */
  readonly root: string;
  /** The product's own configuration folder. */
  readonly userFolder: string;
  /** The user's home folder; empty when unknown. */
  readonly home: string;
}

/** A folder that is there. */
export interface ExtensionFolder {
  readonly folder: string;
  readonly scope: ExtensionScope;
}

/** The folders of a kind that exist, the user's before the project's: of two files of one name the first counts. */
export function extensionFolders(places: ExtensionPlaces, kind: 'skills' | 'commands' | 'agents'): ExtensionFolder[] {
  const { root, userFolder, home } = places;
  const shared = (base: string): string[] => [
    ...(kind === 'skills' ? [join(base, '.agents', kind)] : []),
    join(base, '.claude', kind),
  ];
  const user = [join(userFolder, kind), ...(home === '' ? [] : shared(home))];
  const project = [join(root, '.monkey', kind), ...shared(root)];
  const own = new Set(user);
  return [
    ...user.map((folder) => ({ folder, scope: 'user' as const })),
    ...project.filter((folder) => !own.has(folder)).map((folder) => ({ folder, scope: 'project' as const })),
  ].filter(({ folder }) => existsSync(folder));
}
