// Formatters that come with the program, for files that no formatter of the project takes: gofmt, Ruff, shfmt and Prettier, no toolchain needed.
//
// They are asked for, never run by themselves, and they keep the project's own indentation and quotes where these are known.
import { readShippedWasm } from '../files/shipped-wasm.ts';
import type { CodingPattern } from '../project/project-profile.ts';
import { formatterModules } from './formatter-files.ts';

/** Formats the text of one file. */
export interface BundledFormatter {
  readonly name: string;
  /** Throws when the text cannot be parsed. */
  readonly format: (text: string) => Promise<string>;
}

const prettierParsers: Readonly<Record<string, string>> = {
  cjs: 'babel',
  css: 'css',
  cts: 'babel-ts',
  js: 'babel',
  json: 'json',
  jsonc: 'jsonc',
  jsx: 'babel',
  less: 'less',
  md: 'markdown',
  mjs: 'babel',
  mts: 'babel-ts',
  scss: 'scss',
  ts: 'babel-ts',
  tsx: 'babel-ts',
  yaml: 'yaml',
  yml: 'yaml',
};

/** The formatter for files with that name; null where none is bundled. Nothing is loaded before it is asked to format. */
export function bundledFormatter(path: string, patterns: readonly CodingPattern[]): BundledFormatter | null {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const parser = Object.hasOwn(prettierParsers, ending) ? prettierParsers[ending] : undefined;
  if (parser !== undefined) return prettier(parser, styleOf(patterns, languagesOfEnding(ending)));
  if (ending === 'go') return { name: 'gofmt (bundled)', format: formatGo };
  if (ending === 'py' || ending === 'pyi') return ruff(path, styleOf(patterns, ['Python']));
  if (ending === 'sh' || ending === 'bash') return shfmt(path, styleOf(patterns, ['Shell']));
  return null;
}

interface Style {
  /** Spaces of one step; `tab`; null where the project does not tell. */
  readonly indent: number | 'tab' | null;
  readonly quotes: 'single' | 'double' | null;
  readonly semicolons: boolean;
}

function languagesOfEnding(ending: string): readonly string[] {
  if (/^[cm]?[jt]sx?$/.test(ending)) return ['TypeScript', 'JavaScript'];
  return ['css', 'scss', 'less'].includes(ending) ? ['CSS'] : [];
}

function styleOf(patterns: readonly CodingPattern[], languages: readonly string[]): Style {
  const chosen = (aspect: CodingPattern['aspect']): string | undefined =>
    patterns.find((pattern) => pattern.aspect === aspect && languages.includes(pattern.language))?.value;
  const indentation = chosen('indentation');
  const quotes = chosen('quotes');
  return {
    indent: indentation === 'tabs' ? 'tab' : Number.parseInt(indentation ?? '', 10) || null,
    quotes: quotes === 'single' || quotes === 'double' ? quotes : null,
    semicolons: chosen('semicolons') !== 'no',
  };
}

function prettier(parser: string, { indent, quotes, semicolons }: Style): BundledFormatter {
  return {
    name: 'prettier (bundled)',
    async format(text) {
      const { formatWithPrettier } = await import('./prettier-parts.ts');
      return formatWithPrettier(text, parser, {
        useTabs: indent === 'tab',
        tabWidth: typeof indent === 'number' ? indent : 2,
        singleQuote: quotes === 'single',
        semi: semicolons,
      });
    },
  };
}

function wasmOf(name: keyof typeof formatterModules): Promise<Uint8Array> {
  return readShippedWasm({ folder: 'formatters', name, module: formatterModules[name] });
}

async function formatGo(text: string): Promise<string> {
  const { format, initSync } = await import('@wasm-fmt/gofmt/web');
  initSync(await wasmOf('gofmt'));
  return format(text);
}

function ruff(path: string, { indent, quotes }: Style): BundledFormatter {
  return {
    name: 'ruff format (bundled)',
    async format(text) {
      const { format, initSync } = await import('@wasm-fmt/ruff_fmt/web');
      initSync(await wasmOf('ruff-format'));
      return format(text, path, {
        indent_style: indent === 'tab' ? 'tab' : 'space',
        ...(typeof indent === 'number' ? { indent_width: indent } : {}),
        quote_style: quotes ?? 'preserve',
      });
    },
  };
}

function shfmt(path: string, { indent }: Style): BundledFormatter {
  return {
    name: 'shfmt (bundled)',
    async format(text) {
      const { format, initSync } = await import('@wasm-fmt/shfmt/web');
      initSync(await wasmOf('shfmt'));
      return format(text, path, { indent: indent === 'tab' ? 0 : (indent ?? 2) });
    },
  };
}
