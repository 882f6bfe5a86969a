// The examples of a document: its fenced blocks with a language that is known, and how they can be run.
import { type LanguageId, languageOfPath } from '@monkey-coder/workspace';

/** One fenced block. */
export interface Example {
  readonly file: string;
  /** 1-based line of its first line. */
  readonly line: number;
  /** Null for languages that no parser reads. */
  readonly language: LanguageId | 'json' | null;
  readonly text: string;
  /** The file it is written to, and the command that runs it. */
  readonly run?: { readonly file: string; readonly command: string };
}

const extensions: Readonly<Record<string, string>> = {
  javascript: 'js',
  js: 'js',
  mjs: 'mjs',
  jsx: 'jsx',
  typescript: 'ts',
  ts: 'ts',
  tsx: 'tsx',
  python: 'py',
  py: 'py',
  go: 'go',
  rust: 'rs',
  rs: 'rs',
  java: 'java',
  ruby: 'rb',
  rb: 'rb',
  php: 'php',
  bash: 'sh',
  sh: 'sh',
  csharp: 'cs',
  cs: 'cs',
};

/** The blocks of a document. A block whose first word behind the language is `no-check` is left out. */
export function examplesOf(file: string, document: string): Example[] {
  const found: Example[] = [];
  for (const match of document.matchAll(/^( *)(`{3,}|~{3,})([^\n`]*)\n([\s\S]*?)^ *\2[ \t]*$/gm)) {
    const [whole = '', indent = '', fence = '', info = '', body = ''] = match;
    const [name = '', mark] = info
      .trim()
      .toLowerCase()
      .split(/[\s{,]+/);
    if (mark === 'no-check' || whole === fence) continue;
    const line = document.slice(0, match.index).split('\n').length + 1;
    const text = indent === '' ? body : body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const example = exampleOf(name, text);
    if (example !== undefined) found.push({ file, line, ...example });
  }
  return found;
}

function exampleOf(name: string, text: string): Omit<Example, 'file' | 'line'> | undefined {
  if (name === 'json') return { language: 'json', text };
  const extension = extensions[name];
  if (extension === undefined) return undefined;
  const language = languageOfPath(`example.${extension}`);
  if (extension === 'js' || extension === 'mjs') {
    const file = /^\s*(?:import|export)\b/m.test(text)
      ? 'monkey-example.mjs'
      : `monkey-example.${extension === 'mjs' ? 'mjs' : 'cjs'}`;
    return { language, text, run: { file, command: `node ${file}` } };
  }
  if (extension === 'py')
    return { language, text, run: { file: 'monkey_example.py', command: 'python3 monkey_example.py' } };
  return { language, text };
}
