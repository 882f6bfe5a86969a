// The query of each language: what counts as a definition, a reference, an import.
//
// A pattern captures either one reference (`@ref`), one statement that imports (`@import`), or a definition: the whole of it under its kind, its
// name under `@name`, and under `@owner` the type it belongs to where it does not stand inside it. `@scope` is like a definition that only
// names what stands inside it. `@value` and `@loader` are there to be tested by the pattern alone.
import type { LanguageId } from '../language.ts';
import { cppQuery, cQuery } from './c-family.ts';
import { csharpQuery, goQuery, javaQuery, kotlinQuery, rustQuery, scalaQuery } from './compiled.ts';
import { javascriptQuery, tsxQuery, typescriptQuery } from './javascript.ts';
import { bashQuery, cssQuery, luaQuery, phpQuery, powershellQuery, pythonQuery, rubyQuery } from './scripting.ts';

/** Tree-sitter query by language. */
export const queryOf: Readonly<Record<LanguageId, string>> = {
  bash: bashQuery,
  c: cQuery,
  cpp: cppQuery,
  csharp: csharpQuery,
  css: cssQuery,
  go: goQuery,
  java: javaQuery,
  javascript: javascriptQuery,
  kotlin: kotlinQuery,
  lua: luaQuery,
  php: phpQuery,
  powershell: powershellQuery,
  python: pythonQuery,
  ruby: rubyQuery,
  rust: rustQuery,
  scala: scalaQuery,
  tsx: tsxQuery,
  typescript: typescriptQuery,
};
