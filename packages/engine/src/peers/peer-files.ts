// Reads the files of other agents: tolerant of comments, silent about what is absent, plain about what is broken.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { errorMessage, type JsonObject, type JsonValue } from '@monkey-coder/protocol';
import { isObject, type PeerItem, type PeerScope } from './peer-items.ts';

const maxBytes = 512 * 1024;

/** Reads one peer's files and collects what is wrong with them. */
export class PeerReader {
  readonly items: PeerItem[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  add(...items: readonly PeerItem[]): void {
    this.items.push(...items);
  }

  /** The text of a file, undefined where there is none. A project's file must lie in the project. */
  text(path: string, scope: PeerScope): string | undefined {
    try {
      const real = realpathSync(path);
      if (scope === 'project' && !real.startsWith(`${this.#root}${sep}`)) return undefined;
      const info = statSync(real);
      return info.isFile() && info.size <= maxBytes ? readFileSync(real, 'utf8').replace(/^\uFEFF/, '') : undefined;
    } catch {
      return undefined;
    }
  }

  /** The object of a JSON file, comments allowed; undefined where there is none. */
  json(path: string, scope: PeerScope): JsonObject | undefined {
    const text = this.text(path, scope);
    return text === undefined ? undefined : this.parsed(path, scope, () => JSON.parse(plainJson(text)) as JsonValue);
  }

  /** What a parser makes of a file; a failure becomes an item. */
  parsed(path: string, scope: PeerScope, parse: () => JsonValue): JsonObject | undefined {
    try {
      const value = parse();
      if (isObject(value)) return value;
      throw new Error('it holds no object');
    } catch (error) {
      this.add({
        kind: 'left',
        from: path,
        scope,
        what: 'the whole file',
        why: `it cannot be read: ${errorMessage(error)}`,
      });
      return undefined;
    }
  }

  /** Files of a folder and those below, by relative name. */
  folder(
    folder: string,
    ending: RegExp,
    scope: PeerScope,
  ): { readonly name: string; readonly path: string; readonly text: string }[] {
    let names: string[] = [];
    try {
      names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort().slice(0, 300);
    } catch {
      return [];
    }
    return names
      .filter((name) => ending.test(name))
      .flatMap((name) => {
        const path = join(folder, name);
        const text = this.text(path, scope);
        return text === undefined ? [] : [{ name: name.split(sep).join('/').replace(ending, ''), path, text }];
      });
  }
}

/** JSON without comments and trailing commas. */
function plainJson(text: string): string {
  const bare = text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_whole, string?: string) => string ?? ' ',
  );
  return bare.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_whole, string?: string) => string ?? '');
}
