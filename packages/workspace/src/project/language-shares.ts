// Which languages a project is written in, counted by its files.
import type { LanguageShare } from './project-profile.ts';

const names: Readonly<Record<string, string>> = {
  ts: 'TypeScript',
  tsx: 'TypeScript',
  mts: 'TypeScript',
  cts: 'TypeScript',
  js: 'JavaScript',
  jsx: 'JavaScript',
  mjs: 'JavaScript',
  cjs: 'JavaScript',
  vue: 'Vue',
  svelte: 'Svelte',
  py: 'Python',
  pyi: 'Python',
  go: 'Go',
  rs: 'Rust',
  java: 'Java',
  kt: 'Kotlin',
  kts: 'Kotlin',
  scala: 'Scala',
  groovy: 'Groovy',
  php: 'PHP',
  rb: 'Ruby',
  cs: 'C#',
  fs: 'F#',
  vb: 'Visual Basic',
  swift: 'Swift',
  c: 'C',
  h: 'C',
  cc: 'C++',
  cpp: 'C++',
  cxx: 'C++',
  hpp: 'C++',
  hh: 'C++',
  m: 'Objective-C',
  lua: 'Lua',
  dart: 'Dart',
  ex: 'Elixir',
  exs: 'Elixir',
  erl: 'Erlang',
  hs: 'Haskell',
  ml: 'OCaml',
  clj: 'Clojure',
  r: 'R',
  jl: 'Julia',
  pl: 'Perl',
  zig: 'Zig',
  sh: 'Shell',
  bash: 'Shell',
  ps1: 'PowerShell',
  sql: 'SQL',
  css: 'CSS',
  scss: 'CSS',
  less: 'CSS',
  html: 'HTML',
};

const generated =
  /(?:^|\/)(?:node_modules|vendor|third_party|dist|build|target|out|\.venv|venv|__pycache__|coverage|fixtures|testdata)\/|\.min\.(?:js|css)$|\.d\.ts$|[._](?:pb|generated|g)\.\w+$|_pb2(?:_grpc)?\.py$/;

/** The language of a source file, by its ending; null for what is not code. */
export function languageNameOf(path: string): string | null {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? null : (names[path.slice(dot + 1).toLowerCase()] ?? null);
}

/** Whether people of this project wrote the file: not vendored, generated, built, or sample data. */
export function isOwnSource(path: string): boolean {
  return !generated.test(path);
}

/** Languages by their share of source files, greatest first. */
export function languageShares(paths: readonly string[]): LanguageShare[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const name = isOwnSource(path) ? languageNameOf(path) : null;
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .map(([name, files]) => ({ name, files, share: files / all }))
    .sort((a, b) => b.files - a.files || (a.name < b.name ? -1 : 1));
}
