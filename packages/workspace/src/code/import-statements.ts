// Reads the text of one import statement: which module, which names. The parser finds the statements; their inside is simple enough to be read here.
import type { ImportedName } from './code-parser.ts';
import type { LanguageId } from './language.ts';

/** What one statement imports; it may be several modules (`import a, b`). */
export interface StatementImport {
  readonly specifier: string;
  readonly names: readonly ImportedName[];
}

type ReadStatement = (text: string) => StatementImport[];

const readers: Readonly<Record<LanguageId, ReadStatement>> = {
  bash: (text) => oneOf(text, /^(?:source|\.)\s+["']?([^"'\s]+)/),
  c: readInclude,
  cpp: readInclude,
  csharp: readUsing,
  css: (text) => oneOf(text, /@import\s+(?:url\()?\s*["']?([^"'\s)]+)/),
  go: readGoSpec,
  java: readDotted,
  javascript: readEcmaScript,
  kotlin: readDotted,
  lua: (text) => oneOf(text, /["'[]+([^"'\]]+)/),
  php: readPhp,
  powershell: (text) => oneOf(text, /^(?:Import-Module\s+(?:-Name\s+)?|using\s+module\s+|\.\s+)["']?([^"'\s]+)/i),
  python: readPython,
  ruby: (text) => oneOf(text, /["']([^"']+)/),
  rust: readRust,
  scala: readScala,
  tsx: readEcmaScript,
  typescript: readEcmaScript,
};

/** Modules and names that this statement imports; empty where it is written in a way that is not understood. */
export function readImportStatement(language: LanguageId, text: string): readonly StatementImport[] {
  return readers[language](text);
}

function oneOf(text: string, pattern: RegExp): StatementImport[] {
  const specifier = pattern.exec(text)?.[1];
  return specifier ? [{ specifier, names: [] }] : [];
}

function readEcmaScript(text: string): StatementImport[] {
  const specifier = /(?:from|import|require\s*\(|import\s*\()\s*(['"])([^'"]*)\1/.exec(text)?.[2];
  if (!specifier) return [];
  const isStatement = /^(?:import|export)\b(?!\s*\()/.test(text);
  const from = text.search(/\bfrom\s*['"]/);
  if (!isStatement || from < 0) return [{ specifier, names: [] }];
  const clause = text.slice(0, from).replace(/^(?:import|export)\s+(?:type\s+(?!from\b))?/, '');
  return [{ specifier, names: ecmaScriptNames(clause, text.startsWith('export')) }];
}

function ecmaScriptNames(clause: string, isExport: boolean): ImportedName[] {
  const names: ImportedName[] = [];
  const braces = /\{([^}]*)\}/.exec(clause);
  for (const part of braces?.[1]?.split(',') ?? []) {
    const [, name = '', alias = name] = /^\s*(?:type\s+)?([\w$]+)(?:\s+as\s+([\w$]+))?/.exec(part) ?? [];
    if (name !== '') names.push({ name, local: isExport ? '' : alias });
  }
  const rest = clause.replace(/\{[^}]*\}/, '');
  const all = /\*(?:\s*as\s+([\w$]+))?/.exec(rest);
  if (all) names.push({ name: '*', local: isExport ? '' : (all[1] ?? '') });
  const main = /^\s*([\w$]+)/.exec(rest)?.[1];
  if (main && !isExport) names.unshift({ name: 'default', local: main });
  return names;
}

function readPython(text: string): StatementImport[] {
  const clean = text.replace(/#.*$/gm, '').replace(/[\\()\n\r]/g, ' ');
  const from = /^from\s+(\S+)\s+import\s+(.*)$/.exec(clean);
  if (from) return [{ specifier: from[1] ?? '', names: listed(from[2] ?? '', /\s+as\s+/) }];
  const modules = /^import\s+(.*)$/.exec(clean)?.[1]?.split(',') ?? [];
  return modules.flatMap((part) => {
    const [specifier = '', local] = part.trim().split(/\s+as\s+/);
    if (specifier === '') return [];
    return [{ specifier, names: [{ name: '*', local: local ?? specifier.split('.')[0] ?? specifier }] }];
  });
}

function listed(list: string, as: RegExp): ImportedName[] {
  return list.split(',').flatMap((part) => {
    const [name = '', local = name] = part.trim().split(as);
    return name === '' ? [] : [{ name, local: name === '*' ? '' : local }];
  });
}

function readGoSpec(text: string): StatementImport[] {
  const [, alias, specifier = ''] = /^(?:([\w.]+)\s+)?["`]([^"`]+)/.exec(text) ?? [];
  if (specifier === '') return [];
  const parts = specifier.split('/');
  const last = /^v\d+$/.test(parts.at(-1) ?? '') ? parts.at(-2) : parts.at(-1);
  const local = alias ?? last ?? '';
  return [{ specifier, names: [{ name: '*', local: local === '_' || local === '.' ? '' : local }] }];
}

function readInclude(text: string): StatementImport[] {
  return oneOf(text, /#\s*(?:include|import)\s*["<]([^">]+)/);
}

function readUsing(text: string): StatementImport[] {
  const [, alias, specifier = ''] =
    /^(?:global\s+)?using\s+(?:static\s+)?(?:(\w+)\s*=\s*)?([\w.:<>, ]+?)\s*;/.exec(text) ?? [];
  return specifier === '' ? [] : [{ specifier, names: [{ name: '*', local: alias ?? '' }] }];
}

/** `import a.b.C`, with `static`, `*` and `as`. */
function readDotted(text: string): StatementImport[] {
  const [, path = '', star, alias] =
    /^import\s+(?:static\s+)?([\w.`]+?)(\.\*)?(?:\s+as\s+(\w+))?\s*;?\s*$/.exec(text) ?? [];
  if (path === '') return [];
  const name = star ? '*' : (path.split('.').at(-1) ?? '');
  return [{ specifier: path, names: [{ name, local: star ? '' : (alias ?? name) }] }];
}

function readScala(text: string): StatementImport[] {
  const body = text
    .replace(/^import\s+/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const grouped = /^([\w.]+)\.\{(.*)\}$/.exec(body);
  if (grouped) return [{ specifier: grouped[1] ?? '', names: listed(grouped[2] ?? '', /\s*(?:=>|\bas\b)\s*/) }];
  const [, path = '', last = ''] = /^([\w.]+)\.([\w*]+)/.exec(body) ?? [];
  if (path === '') return [];
  const isAll = last === '_' || last === '*';
  return [{ specifier: path, names: [{ name: isAll ? '*' : last, local: isAll ? '' : last }] }];
}

function readPhp(text: string): StatementImport[] {
  if (!text.startsWith('use')) return oneOf(text, /["']([^"']+)/);
  const body = text.replace(/^use\s+(?:function\s+|const\s+)?/, '').replace(/;\s*$/, '');
  const grouped = /^([\w\\]+)\\\{([^}]*)\}/.exec(body);
  if (grouped) return [{ specifier: grouped[1] ?? '', names: listed(grouped[2] ?? '', /\s+as\s+/) }];
  return body.split(',').flatMap((part) => {
    const [specifier = '', alias] = part
      .trim()
      .replace(/^\\/, '')
      .split(/\s+as\s+/);
    const name = specifier.split('\\').at(-1) ?? '';
    return name === '' ? [] : [{ specifier, names: [{ name, local: alias ?? name }] }];
  });
}

function readRust(text: string): StatementImport[] {
  const declared = /^(?:pub(?:\([^)]*\))?\s+)?(?:extern\s+crate|mod)\s+(\w+)(?:\s+as\s+(\w+))?/.exec(text);
  if (declared) {
    const specifier = declared[1] ?? '';
    return [{ specifier, names: [{ name: '*', local: declared[2] ?? specifier }] }];
  }
  const tree = /\buse\s+([\s\S]*?);?\s*$/.exec(text)?.[1] ?? '';
  return rustTree('', tree.replace(/\s+/g, ' ').trim(), 0);
}

/** `a::{b, c::{d as e}, f::*}` branch by branch. */
function rustTree(prefix: string, tree: string, depth: number): StatementImport[] {
  const open = tree.indexOf('{');
  if (open < 0 || depth > 8) return rustLeaf(prefix, tree);
  const head = tree
    .slice(0, open)
    .replace(/::\s*$/, '')
    .replace(/^::/, '')
    .trim();
  const base = [prefix, head].filter((part) => part !== '').join('::');
  return branches(tree.slice(open + 1, tree.lastIndexOf('}'))).flatMap((branch) => rustTree(base, branch, depth + 1));
}

function rustLeaf(prefix: string, leaf: string): StatementImport[] {
  const [path = '', alias] = leaf.trim().split(/\s+as\s+/);
  const parts = path.replace(/^::/, '').split('::');
  const name = parts.pop() ?? '';
  const specifier = [prefix, ...parts].filter((part) => part !== '').join('::');
  if (specifier !== '' && name !== 'self') {
    const local = name === '*' || alias === '_' ? '' : (alias ?? name);
    return [{ specifier, names: [{ name, local }] }];
  }
  const whole = specifier || name;
  return whole === ''
    ? []
    : [{ specifier: whole, names: [{ name: '*', local: alias ?? whole.split('::').pop() ?? '' }] }];
}

function branches(list: string): string[] {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at <= list.length; at++) {
    const char = list[at];
    if (char === '{') depth++;
    else if (char === '}') depth--;
    else if (at === list.length || (char === ',' && depth === 0)) {
      found.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  return found.filter((branch) => branch !== '');
}
