// Which files are no part of the code people work on: vendored, generated, minified, or too large.
import { languageOfPath } from './language.ts';

/** Files above this many bytes are left out. */
export const maxIndexedBytes = 1_000_000;

const vendored =
  /(?:^|\/)(?:node_modules|bower_components|vendor|vendored|third[_-]party|thirdparty|external|\.git|\.venv|venv|site-packages|__pycache__|Pods|Godeps|jspm_packages|\.yarn|\.next|\.nuxt|dist-packages)\//;
const generatedName =
  /(?:\.min\.(?:js|css|mjs|cjs)|\.bundle\.js|[._-]generated\.\w+|\.g\.(?:cs|dart|kt)|\.designer\.cs|\.pb\.(?:go|cc|h)|_pb2(?:_grpc)?\.pyi?|_pb\.(?:js|ts)|_pb\.d\.ts|(?:^|\/)zz_generated[\w.]*\.go|\.tab\.[ch]|bindata\.go)$/i;
const generatedMark =
  /(?:code generated\b.{0,200}\bdo not edit|@generated\b|<auto-?generated|automatically generated (?:by|from)|this file (?:is|was) (?:auto-?)?generated)/is;

const MARK_CHARS = 1_500;
const MINIFIED_FROM_CHARS = 4_000;
const MINIFIED_LINE_CHARS = 300;

/** Whether a path names code that is worth an index. */
export function isIndexedPath(path: string): boolean {
  return languageOfPath(path) !== null && !vendored.test(path) && !generatedName.test(path);
}

/** Whether the text itself shows that nobody wrote it. */
export function isGeneratedText(text: string): boolean {
  if (generatedMark.test(text.slice(0, MARK_CHARS))) return true;
  if (text.length < MINIFIED_FROM_CHARS) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > MINIFIED_LINE_CHARS;
}
