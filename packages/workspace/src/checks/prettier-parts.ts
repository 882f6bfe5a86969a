// The parts of Prettier that are shipped: a piece of its own, loaded when a file of these languages is formatted.
import * as babel from 'prettier/plugins/babel';
import * as estree from 'prettier/plugins/estree';
import * as markdown from 'prettier/plugins/markdown';
import * as postcss from 'prettier/plugins/postcss';
import * as yaml from 'prettier/plugins/yaml';
import { format } from 'prettier/standalone';

/** How JavaScript and its kin are written. */
export interface PrettierStyle {
  readonly useTabs: boolean;
  readonly tabWidth: number;
  readonly singleQuote: boolean;
  readonly semi: boolean;
}

/** The text as Prettier writes it. Throws when it cannot be parsed. */
export function formatWithPrettier(text: string, parser: string, style: PrettierStyle): Promise<string> {
  return format(text, { parser, plugins: [babel, estree, markdown, postcss, yaml], ...style });
}
