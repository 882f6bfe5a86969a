// Which test files look at a change: those that name a changed file, else those named after one, else those that use what it defines.
import { basename, dirname } from 'node:path';
import { isTestFile } from '../outcome/test-files.ts';

/** A file and its text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The test files around the changed ones, the nearest kind only; where there are no more than `few` at all, these. Pure. */
export function testsAround(changed: readonly TextFile[], tests: readonly TextFile[], few: number): TextFile[] {
  const sources = changed.filter(({ path }) => !isTestFile(path));
  if (sources.length === 0) return [];
  const stems = [...new Set(sources.map(({ path }) => stemOf(path)))].filter((stem) => stem !== '');
  const names = new Set(sources.flatMap(({ text }) => definedIn(text)));
  const kinds: readonly ((test: TextFile) => boolean)[] = [
    ({ text }) => stems.some((stem) => text.includes(stem)),
    ({ path }) => stems.some((stem) => basename(path).includes(stem)),
    ({ text }) => (text.match(/[A-Za-z_]\w*/g) ?? []).some((word) => names.has(word)),
  ];
  for (const fits of kinds) {
    const found = tests.filter(fits);
    if (found.length > 0) return found;
  }
  return tests.length <= few ? [...tests] : [];
}

/** What others import it by: a file that stands for its folder goes by the name of that. */
function stemOf(path: string): string {
  const stem = basename(path).replace(/\.[^.]+$/, '');
  return /^(?:__init__|index|mod|lib|main)$/.test(stem)
    ? basename(dirname(path)).replace(/^(?:\.|src|lib)$/, '')
    : stem;
}

/** Names that a source defines, as far as its lines show; short ones say little. */
function definedIn(source: string): string[] {
  const found = source.matchAll(
    /\b(?:function|def|class|const|let|var|fn|func|interface|struct)\s+\*?\s*([A-Za-z_]\w{2,})/g,
  );
  return [...found].flatMap(([, name]) => name ?? []);
}
