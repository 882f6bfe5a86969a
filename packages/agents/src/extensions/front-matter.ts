// Reads the front matter of Markdown files as people write it: `key: value`, lists, folded texts. No full YAML, so that an unquoted colon does no harm.

/** A file's head and its text. */
export interface FrontMatter {
  /** Keys in lower case; a list is a list of texts. */
  readonly data: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** Splits a text. Without front matter all of it is body. */
export function readFrontMatter(text: string): FrontMatter {
  const clean = text.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n');
  const match = /^---[ \t]*\n([\s\S]*?)\n?---[ \t]*(?:\n|$)/.exec(clean);
  if (match === null) return { data: {}, body: clean.trim() };
  return { data: readKeys((match[1] ?? '').split('\n')), body: clean.slice(match[0].length).trim() };
}

function readKeys(lines: readonly string[]): FrontMatter['data'] {
  const data: Record<string, string | readonly string[]> = Object.create(null) as Record<string, string>;
  for (let index = 0; index < lines.length; index += 1) {
    const match = /^([A-Za-z][\w-]*):(?:[ \t]+(.*))?$/.exec(lines[index] ?? '');
    if (match === null) continue;
    const below: string[] = [];
    while (/^([ \t]+\S|[ \t]*$|- )/.test(lines[index + 1] ?? 'x')) below.push(lines[++index] ?? '');
    data[(match[1] ?? '').toLowerCase()] = readValue((match[2] ?? '').trim(), below);
  }
  return data;
}

function readValue(inline: string, below: readonly string[]): string | readonly string[] {
  const texts = below.map((line) => line.trim()).filter((line) => line !== '');
  if (/^[>|][+-]?$/.test(inline)) return texts.join(inline.startsWith('|') ? '\n' : ' ');
  if (inline === '' && texts.length > 0 && texts.every((line) => line.startsWith('- ')))
    return texts.map((line) => unquoted(line.slice(2)));
  if (/^\[.*\]$/.test(inline)) return listOf(inline.slice(1, -1));
  return unquoted([inline, ...texts].filter((text) => text !== '').join(' '));
}

function unquoted(text: string): string {
  const clean = text.trim();
  const match = /^(["'])([\s\S]*)\1$/.exec(clean);
  return match === null ? clean : (match[2] ?? '');
}

/** Texts separated by commas outside of parentheses: `Read, Bash(git add, git commit)`. */
export function listOf(text: string): string[] {
  return (text.match(/(?:[^,(]|\([^)]*\))+/g) ?? []).map(unquoted).filter((one) => one !== '');
}

/** The text of a key; undefined when it is absent, empty, or a list. */
export function textOf(data: FrontMatter['data'], key: string): string | undefined {
  const value = data[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a key, written as a list or with commas; undefined when it is absent. */
export function textsOf(data: FrontMatter['data'], key: string): readonly string[] | undefined {
  const value = data[key];
  return typeof value === 'string' ? listOf(value) : value;
}
