// Every word of a project's files, to tell what is named nowhere: the ground of each "unused".
import type { CheckSubject } from './check.ts';

const maxFileCharacters = 400_000;

/** Files that name every dependency without using it. */
const listsAll =
  /(?:^|\/)(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|[^/]*\.lock|Cargo\.(?:toml|lock)|go\.(?:mod|sum)|pyproject\.toml|setup\.cfg|Pipfile|[^/]*requirements[^/]*\.(?:txt|in)|CHANGELOG[^/]*|[^/]*LICENSE[^/]*|THIRD[_-]PARTY[^/]*)$/i;
const mayNameTools =
  /\.(?:[cm]?[jt]sx?|jsonc?|ya?ml|toml|ini|cfg|conf|sh|bash|py|rs|go|vue|svelte|astro|mdx|html|css|scss|less|rb|gradle|kts|xml|ps1|bat|env|in)$|(?:^|\/)(?:\.[\w.-]+|Dockerfile[\w.-]*|Makefile|Procfile|[Jj]ustfile)$/;

/** Names of packages, modules and programs that stand in any file but manifests and lock files; words are taken whole, with `@scope/`. */
export function wordsOfProject(subject: CheckSubject): ReadonlySet<string> {
  const words = new Set<string>();
  for (const path of subject.paths) {
    const text = listsAll.test(path) || !mayNameTools.test(path) ? null : subject.read(path);
    if (text !== null && text.length <= maxFileCharacters) addWords(text, words);
  }
  return words;
}

function addWords(text: string, words: Set<string>): void {
  for (const [word] of text.matchAll(/@?[\w][\w.-]*(?:\/[\w][\w.-]*)?/g)) {
    const [first = word, second = ''] = word.split('/');
    words.add(word).add(word.startsWith('@') ? word : first);
    if (second !== '') words.add(second);
  }
}
