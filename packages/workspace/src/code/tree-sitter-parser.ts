// The code parser made of web-tree-sitter: one parser for each language that is asked for, its grammar read when first needed.
import type { Language, Node, Parser, Query, Tree } from 'web-tree-sitter';
import { type CodeParser, type FileOutline, maxParsedChars, type SyntaxProblem } from './code-parser.ts';
import { codePieces } from './code-pieces.ts';
import { readGrammar } from './grammar-files.ts';
import { type LanguageId, languages } from './language.ts';
import { withLateOptimising } from './late-optimising.ts';
import { outlineOf } from './outline.ts';
import { queryOf } from './queries/query-of.ts';
import { syntaxProblemsOf } from './syntax-problems.ts';

/** What a parser is made of. */
export interface CodeParserOptions {
  /** Gives the WebAssembly of a grammar, and of the `runtime`; by default from where this program was installed. */
  readonly readGrammar?: (name: string) => Promise<Uint8Array>;
  /** Milliseconds, for the time limit of one file. */
  readonly now?: () => number;
  /** How much it will read, default `a few files`: grammars are then optimised only after long use. */
  readonly expects?: 'a few files' | 'many files';
}

interface Reader {
  readonly parser: Parser;
  /** Made at the first outline: to look at syntax alone it is not needed, and making it takes as long as reading a large file. */
  readonly query: () => Query;
  readonly dispose: () => void;
}

// Some texts that are no code take time that grows with the square of their length: the clock is looked at while reading them,
// which costs a twentieth of the time and is not needed where the square is small.
const MAX_FILE_MS = 1_500;
const UNTIMED_CHARS = 24_000;

const emptyOutline: FileOutline = { definitions: [], references: [], imports: [] };

/** A parser for all languages; nothing is loaded before the first call. */
export function createCodeParser(options: CodeParserOptions = {}): CodeParser {
  return new TreeSitterParser({
    readGrammar: options.readGrammar ?? readGrammar,
    now: options.now ?? (() => performance.now()),
    expects: options.expects ?? 'a few files',
  });
}

class TreeSitterParser implements CodeParser {
  readonly #read: (name: string) => Promise<Uint8Array>;
  readonly #now: () => number;
  readonly #isBrief: boolean;
  readonly #readers = new Map<LanguageId, Promise<Reader>>();
  #library: Promise<typeof import('web-tree-sitter')> | null = null;
  #isClosed = false;

  constructor(options: Required<CodeParserOptions>) {
    this.#read = options.readGrammar;
    this.#now = options.now;
    this.#isBrief = options.expects === 'a few files';
  }

  async outline(language: LanguageId, text: string): Promise<FileOutline> {
    if (text.length > maxParsedChars) return emptyOutline;
    const { parser, query } = await this.#reader(language);
    const isLate = this.#deadline(text);
    const outline = withTree(parser, { text, isLate }, (root) =>
      outlineOf({ language, text, query: query(), root, isLate }),
    );
    return outline ?? emptyOutline;
  }

  async syntaxErrors(language: LanguageId, text: string): Promise<readonly SyntaxProblem[]> {
    if (text.length > maxParsedChars) return [];
    const { parser } = await this.#reader(language);
    const isLate = this.#deadline(text);
    return withTree(parser, { text, isLate }, (root) => syntaxProblemsOf(root, text)) ?? [];
  }

  async pieces(language: LanguageId, text: string): Promise<readonly string[] | null> {
    if (text.length > maxParsedChars) return null;
    const { parser } = await this.#reader(language);
    return withTree(parser, { text, isLate: this.#deadline(text) }, (root) =>
      root.hasError ? null : codePieces(root),
    );
  }

  close(): void {
    this.#isClosed = true;
    for (const reader of this.#readers.values())
      reader.then(
        ({ dispose }) => dispose(),
        () => undefined,
      );
    this.#readers.clear();
  }

  #deadline(text: string): (() => boolean) | null {
    if (text.length <= UNTIMED_CHARS) return null;
    const end = this.#now() + MAX_FILE_MS;
    return () => this.#now() > end;
  }

  #reader(language: LanguageId): Promise<Reader> {
    if (this.#isClosed) throw new Error('the code parser is closed');
    const known = this.#readers.get(language);
    if (known) return known;
    const reader = this.#load(language);
    this.#readers.set(language, reader);
    return reader;
  }

  async #start(): Promise<typeof import('web-tree-sitter')> {
    const [library, wasmBinary] = await Promise.all([import('web-tree-sitter'), this.#read('runtime')]);
    await this.#compiled(() => library.Parser.init({ wasmBinary }));
    return library;
  }

  #compiled<T>(compile: () => Promise<T>): Promise<T> {
    return this.#isBrief ? withLateOptimising(compile) : compile();
  }

  async #load(language: LanguageId): Promise<Reader> {
    this.#library ??= this.#start();
    const library = await this.#library;
    const bytes = await this.#read(languages[language].grammar);
    const grammar: Language = await this.#compiled(() => library.Language.load(bytes));
    const parser = new library.Parser();
    parser.setLanguage(grammar);
    let query: Query | null = null;
    return {
      parser,
      query: () => {
        query ??= new library.Query(grammar, queryOf[language]);
        return query;
      },
      dispose: () => {
        query?.delete();
        parser.delete();
      },
    };
  }
}

interface ParsedText {
  readonly text: string;
  readonly isLate: (() => boolean) | null;
}

/** Null when the time ran out. */
function withTree<T>(parser: Parser, { text, isLate }: ParsedText, use: (root: Node) => T): T | null {
  let tree: Tree | null = null;
  try {
    tree = parser.parse(text, null, isLate === null ? {} : { progressCallback: isLate });
    return tree === null ? null : use(tree.rootNode);
  } finally {
    tree?.delete();
    parser.reset();
  }
}
