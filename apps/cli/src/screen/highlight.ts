// Colours for code: comments, strings, numbers and the words most languages share. Line by line, no grammar: cheap, and wrong at worst in a colour.
import type { Role, Theme } from './theme.ts';

const words =
  'abstract and as assert async await break case catch class const continue def default defer del do elif else end enum except export extends false final finally fn for from func function go if impl implements import in instanceof interface is lambda let loop match mod module mut namespace new nil none None not null of or package pass private protected pub public raise readonly return self static struct super switch then this throw trait true True False try type typeof undefined union unless until use using var void where while with yield int float double bool boolean string char long short unsigned select insert update delete create table alter drop join on group order by having limit values set into SELECT INSERT UPDATE DELETE CREATE TABLE FROM WHERE JOIN ON GROUP ORDER BY VALUES SET INTO AND OR NOT NULL echo fi done esac local';
const keywords: ReadonlySet<string> = new Set(words.split(' '));

type Comments = 'slash' | 'hash' | 'dash' | 'none';

const commentsOf: Readonly<Record<string, Comments>> = {
  py: 'hash',
  python: 'hash',
  rb: 'hash',
  ruby: 'hash',
  sh: 'hash',
  bash: 'hash',
  zsh: 'hash',
  shell: 'hash',
  console: 'hash',
  yaml: 'hash',
  yml: 'hash',
  toml: 'hash',
  r: 'hash',
  perl: 'hash',
  pl: 'hash',
  dockerfile: 'hash',
  makefile: 'hash',
  sql: 'dash',
  lua: 'dash',
  hs: 'dash',
  haskell: 'dash',
  json: 'none',
  text: 'none',
  txt: 'none',
  md: 'none',
  markdown: 'none',
  html: 'none',
  xml: 'none',
};

const strings = '"(?:[^"\\\\]|\\\\.)*"?|\'(?:[^\'\\\\]|\\\\.)*\'|`(?:[^`\\\\]|\\\\.)*`?';
const rest = '\\b\\d[\\w.]*\\b|[\\p{L}_$][\\p{L}\\p{N}_$]*';
const patterns: Readonly<Record<Comments, RegExp>> = {
  slash: new RegExp(`//.*|/\\*.*?(?:\\*/|$)|^\\s*\\*.*|${strings}|${rest}`, 'gu'),
  hash: new RegExp(`#.*|${strings}|${rest}`, 'gu'),
  dash: new RegExp(`--.*|${strings}|${rest}`, 'gu'),
  none: new RegExp(`${strings}|${rest}`, 'gu'),
};
const proseLanguages: ReadonlySet<string> = new Set(['', 'text', 'txt', 'md', 'markdown', 'plain']);

/** The line with colours; `language` is a name or a file extension, empty for none. */
export function highlight(line: string, language: string, theme: Theme): string {
  const name = language.toLowerCase();
  if (!theme.isColored || proseLanguages.has(name)) return line;
  return line.replace(patterns[commentsOf[name] ?? 'slash'], (found) => {
    const role = roleOf(found);
    return role === undefined ? found : theme.paint(role, found);
  });
}

function roleOf(found: string): Role | undefined {
  const first = found.trimStart()[0] ?? '';
  if (first === '"' || first === "'" || first === '`') return 'string';
  if (/\d/.test(first)) return 'number';
  if (/[\p{L}_$]/u.test(first)) return keywords.has(found) ? 'keyword' : undefined;
  return 'comment';
}
