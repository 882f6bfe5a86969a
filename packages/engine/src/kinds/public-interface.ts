// The names a file gives to others, with their parameters: what a refactoring must leave as it is.
import type { FileOutline, LanguageId } from '@monkey-coder/workspace';

/** Public names to their parameters; an empty text where a name has none. Pure. */
export function publicInterface(language: LanguageId, text: string, outline: FileOutline): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const all = text.split('\n');
  for (const { name, firstLine, nameLine, container } of outline.definitions) {
    const line = all[nameLine - 1] ?? '';
    const isHere = isPublic(language, { name, line, first: all[firstLine - 1] ?? '', container, text });
    const rest = all.slice(nameLine - 1, nameLine + 20).join('\n');
    if (isHere) found.set(container === null ? name : `${container}.${name}`, parametersOf(rest, name));
  }
  for (const name of exportedNames(language, text)) if (!found.has(name)) found.set(name, '');
  return found;
}

interface Named {
  readonly name: string;
  readonly line: string;
  readonly first: string;
  readonly container: string | null;
  readonly text: string;
}

function isPublic(language: LanguageId, { name, line, first, container, text }: Named): boolean {
  switch (language) {
    case 'javascript':
    case 'typescript':
    case 'tsx':
      if (container !== null) return !/^\s*(?:private|protected|#)/.test(line) && isExported(text, container);
      return isExported(text, name) || /^\s*export\b/.test(first) || /^\s*export\b/.test(line);
    case 'python':
      return (
        !name.startsWith('_') &&
        !(container ?? '').startsWith('_') &&
        (container === null || /^ {4}\S|^\t\S/.test(line))
      );
    case 'go':
      return /^[A-Z]/.test(name);
    case 'rust':
      return /\bpub\b/.test(line);
    case 'java':
    case 'csharp':
      return /\bpublic\b/.test(line);
    default:
      return container === null && !name.startsWith('_');
  }
}

function isExported(text: string, name: string): boolean {
  return exportedNames('javascript', text).has(name);
}

/** Names in export lists, declarations and `module.exports`, for JavaScript and its kin. */
function exportedNames(language: LanguageId, text: string): ReadonlySet<string> {
  if (language !== 'javascript' && language !== 'typescript' && language !== 'tsx') return new Set();
  const names = new Set<string>();
  for (const match of text.matchAll(
    /^\s*export\s+(?:default\s+)?(?:abstract\s+|async\s+|declare\s+)*(?:function\s*\*?|class|const|let|var|interface|type|enum)\s+([\w$]+)/gm,
  ))
    names.add(match[1] ?? '');
  const lists = [
    ...text.matchAll(/^\s*export\s+(?:type\s+)?\{([^}]*)\}/gm),
    ...text.matchAll(/\bmodule\.exports\s*=\s*\{([^}]*)\}/g),
  ];
  for (const [, list = ''] of lists)
    for (const entry of list.split(',')) {
      const name = entry
        .replace(/\/\/.*|:.*$/gm, '')
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)
        .at(-1);
      if (name && /^[\w$]+$/.test(name)) names.add(name);
    }
  for (const match of text.matchAll(/\b(?:module\.)?exports\.([\w$]+)\s*=/g)) names.add(match[1] ?? '');
  if (/^\s*export\s+default\b/m.test(text)) names.add('default');
  return names;
}

/** What stands in the parentheses behind the name, without blanks; defaults and types count. */
function parametersOf(text: string, name: string): string {
  const from = text.indexOf(name) + name.length;
  const open = /^\s*(?:=\s*(?:async\s*)?(?:function\s*\w*\s*)?)?(?::[^=(]*=\s*)?(?:<[^>]*>)?\s*\(/.exec(
    text.slice(from),
  );
  if (open === null) return '';
  let depth = 0;
  for (let at = from + open[0].length - 1; at < text.length; at++) {
    if ('([{'.includes(text[at] ?? '')) depth += 1;
    if (')]}'.includes(text[at] ?? '')) depth -= 1;
    if (depth === 0)
      return text
        .slice(from + open[0].length, at)
        .replace(/\s+/g, '')
        .replace(/,$/, '');
  }
  return '';
}

/** A public name that is gone or different, and what became of it, for people. */
export interface BrokenName {
  readonly name: string;
  readonly change: string;
}

/** What is gone or different; names that are new change nothing for anybody. Pure. */
export function brokenNames(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): BrokenName[] {
  return [...before].flatMap(([name, parameters]) => {
    const now = after.get(name);
    if (now === undefined) return [{ name, change: `${name} is gone` }];
    return now === parameters ? [] : [{ name, change: `${name}(${parameters}) became ${name}(${now})` }];
  });
}
