// Runs a module in TypeScript on any Node: types are removed, lines stay where they are, and what it imports beside it is run alike.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Script } from 'node:vm';

interface Module {
  exports: unknown;
}

type Transform = (text: string, path: string) => string;

/** Its default export. Throws what the module throws; for what is no TypeScript an error with `loc`. */
export async function loadTypeScript(path: string): Promise<unknown> {
  const { transform } = await import('sucrase');
  const toScript: Transform = (text) =>
    transform(text, { transforms: ['typescript', 'imports'], disableESTransforms: true, preserveDynamicImport: true })
      .code;
  const exports = new Loader(toScript).load(path);
  return (exports as { readonly default?: unknown } | undefined)?.default;
}

class Loader {
  readonly #toScript: Transform;
  readonly #loaded = new Map<string, Module>();

  constructor(toScript: Transform) {
    this.#toScript = toScript;
  }

  load(path: string): unknown {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known.exports;
    const module: Module = { exports: {} };
    // Known before it has run: modules may import each other.
    this.#loaded.set(path, module);
    const code = this.#toScript(readFileSync(path, 'utf8'), path);
    const wrapped = `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
    const run = new Script(wrapped, { filename: path }).runInThisContext() as (...given: readonly unknown[]) => void;
    run(module.exports, this.#requireFrom(path), module, path, dirname(path));
    return module.exports;
  }

  #requireFrom(path: string): (name: string) => unknown {
    const plain = createRequire(path);
    return (name) => {
      const beside =
        name.startsWith('./') || name.startsWith('../') ? typescriptFile(resolve(dirname(path), name)) : undefined;
      return beside === undefined ? plain(name) : this.load(beside);
    };
  }
}

/** The file that an import means, where it is TypeScript: written out, without its ending, or with that of what it becomes. */
function typescriptFile(path: string): string | undefined {
  const written = [path, `${path}.ts`, path.replace(/\.([cm]?)js$/, '.$1ts')];
  return written.find((one) => /\.[cm]?ts$/.test(one) && existsSync(one));
}
