// Finds the WebAssembly of grammars: compressed beside a bundle, or in the packages they come from when running from source.
import { readShippedWasm } from '../files/shipped-wasm.ts';

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
  const module = grammarModules[name];
  if (module === undefined) throw new Error(`no grammar ${name}`);
  return readShippedWasm({ folder: 'grammars', name, module });
}
