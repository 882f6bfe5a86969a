// Finds the WebAssembly of grammars: compressed beside a bundle, or in the packages they come from when running from source.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** Where each grammar's WebAssembly lies when its package is installed; the build of an application copies them from there. */
export const grammarModules: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'bash',
      'c-sharp',
      'cpp',
      'css',
      'go',
      'java',
      'javascript',
      'php',
      'powershell',
      'python',
      'ruby',
      'rust',
      'tsx',
      'typescript',
    ].map((name) => [name, `@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`]),
  ),
  c: 'tree-sitter-c/tree-sitter-c.wasm',
  kotlin: '@tree-sitter-grammars/tree-sitter-kotlin/tree-sitter-kotlin.wasm',
  lua: '@tree-sitter-grammars/tree-sitter-lua/tree-sitter-lua.wasm',
  scala: 'tree-sitter-scala/tree-sitter-scala.wasm',
  /** The parser that the grammars run in. */
  runtime: 'web-tree-sitter/web-tree-sitter.wasm',
};

/** The WebAssembly of that grammar, or of the `runtime`. Throws what the file system throws when it is not there. */
export async function readGrammar(name: string): Promise<Uint8Array> {
  // In a bundle `import.meta.url` is the bundle's own file name: see the build of the command line.
  const require = createRequire(import.meta.url);
  const beside = bundled(require, name);
  if (beside !== null) return promisify(brotliDecompress)(await readFile(beside));
  const module = grammarModules[name];
  if (module === undefined) throw new Error(`no grammar ${name}`);
  return readFile(require.resolve(module));
}

function bundled(require: NodeJS.Require, name: string): string | null {
  try {
    return require.resolve(`./grammars/${name}.wasm.br`);
  } catch {
    return null;
  }
}
