// The languages whose code is understood, and how a file's language is told from its name.

/** What a language is read with. */
export interface Language {
  /** For people. */
  readonly label: string;
  /** Name of the grammar that reads it. */
  readonly grammar: string;
  /** File name endings, without the dot. */
  readonly extensions: readonly string[];
  /** Whole file names without an ending that tells. */
  readonly fileNames?: readonly string[];
}

const table = {
  bash: {
    label: 'Bash',
    grammar: 'bash',
    extensions: ['sh', 'bash', 'zsh', 'ksh', 'bats'],
    fileNames: ['.bashrc', '.profile', '.zshrc'],
  },
  c: { label: 'C', grammar: 'c', extensions: ['c', 'h'] },
  cpp: {
    label: 'C++',
    grammar: 'cpp',
    extensions: ['cc', 'cpp', 'cxx', 'c++', 'hh', 'hpp', 'hxx', 'ipp', 'tpp', 'cu', 'cuh', 'inl'],
  },
  csharp: { label: 'C#', grammar: 'c-sharp', extensions: ['cs', 'csx'] },
  css: { label: 'CSS', grammar: 'css', extensions: ['css'] },
  go: { label: 'Go', grammar: 'go', extensions: ['go'] },
  java: { label: 'Java', grammar: 'java', extensions: ['java'] },
  javascript: { label: 'JavaScript', grammar: 'javascript', extensions: ['js', 'jsx', 'mjs', 'cjs'] },
  kotlin: { label: 'Kotlin', grammar: 'kotlin', extensions: ['kt', 'kts'] },
  lua: { label: 'Lua', grammar: 'lua', extensions: ['lua'] },
  php: { label: 'PHP', grammar: 'php', extensions: ['php', 'phtml', 'php5'] },
  powershell: { label: 'PowerShell', grammar: 'powershell', extensions: ['ps1', 'psm1'] },
  python: {
    label: 'Python',
    grammar: 'python',
    extensions: ['py', 'pyi', 'pyw'],
    fileNames: ['SConstruct', 'wscript'],
  },
  ruby: {
    label: 'Ruby',
    grammar: 'ruby',
    extensions: ['rb', 'rake', 'gemspec', 'ru'],
    fileNames: ['Gemfile', 'Rakefile', 'Vagrantfile'],
  },
  rust: { label: 'Rust', grammar: 'rust', extensions: ['rs'] },
  scala: { label: 'Scala', grammar: 'scala', extensions: ['scala', 'sc', 'sbt'] },
  tsx: { label: 'TSX', grammar: 'tsx', extensions: ['tsx'] },
  typescript: { label: 'TypeScript', grammar: 'typescript', extensions: ['ts', 'mts', 'cts'] },
} as const satisfies Readonly<Record<string, Language>>;

/** A language by its short name. */
export type LanguageId = keyof typeof table;

/** All languages by their short names. */
export const languages: Readonly<Record<LanguageId, Language>> = table;

const byEnding = new Map<string, LanguageId>();
const byFileName = new Map<string, LanguageId>();
for (const [id, language] of Object.entries(languages) as [LanguageId, Language][]) {
  for (const extension of language.extensions) byEnding.set(extension, id);
  for (const fileName of language.fileNames ?? []) byFileName.set(fileName, id);
}

/** The language of a file by its name alone; null where the name does not tell, or no parser reads it. */
export function languageOfPath(path: string): LanguageId | null {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = name.lastIndexOf('.');
  const ending = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  return byFileName.get(name) ?? byEnding.get(ending) ?? null;
}
