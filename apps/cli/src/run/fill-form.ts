// Puts a form of an MCP server to the person at a terminal, one field after the other; nothing goes to the server before the end.
import type { Elicitation, ElicitationAnswer } from '@monkey-coder/agents';
import { printable, type Style } from '../terminal/style.ts';

type Value = string | number | boolean | string[];

/** A field as the server describes it: flat, by the specification. */
interface Field {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: Value;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly { readonly const: string; readonly title?: string }[];
}

/** What a terminal can do. */
export interface FormTerminal {
  /** Asks for a line; undefined at the end of input. */
  ask(prompt: string): Promise<string | undefined>;
  readonly style: Style;
}

/** Asks whether to answer at all, then for each field. An address is shown, never opened. */
export async function fillForm(terminal: FormTerminal, question: Elicitation): Promise<ElicitationAnswer> {
  const { server, message, url, form } = question;
  const { style } = terminal;
  const head = `\n${style.yellow('?')} ${style.bold(`the MCP server ${printable(server)} asks`)}\n    ${printable(message)}`;
  const where = url === undefined ? '' : `\n    open in your browser: ${printable(url)}`;
  const what = url === undefined ? '[y] answer  [n] decline' : '[y] done  [n] decline';
  const first = await terminal.ask(`${head}${where}\n  ${what} (give no passwords): `);
  if (first === undefined) return { action: 'cancel' };
  if (!/^\s*y(es)?\s*$/i.test(first)) return { action: 'decline' };
  return form === undefined ? { action: 'accept', content: {} } : fillFields(terminal, form);
}

async function fillFields(terminal: FormTerminal, form: Readonly<Record<string, unknown>>): Promise<ElicitationAnswer> {
  const { properties = {}, required = [] } = form as {
    properties?: Record<string, Field>;
    required?: readonly string[];
  };
  const content: Record<string, Value> = {};
  for (const [name, field] of Object.entries(properties)) {
    const value = await fillField(terminal, { name, field, isRequired: required.includes(name) });
    if (value === 'cancel') return { action: 'cancel' };
    if (value !== undefined) content[name] = value.given;
  }
  return { action: 'accept', content };
}

interface Asked {
  readonly name: string;
  readonly field: Field;
  readonly isRequired: boolean;
}

/** Asks until the value fits. Nothing typed takes the proposal, or leaves out what is not required. */
async function fillField(terminal: FormTerminal, asked: Asked): Promise<{ given: Value } | undefined | 'cancel'> {
  const { name, field, isRequired } = asked;
  let prompt = promptOf(name, field, isRequired);
  for (;;) {
    const line = (await terminal.ask(prompt))?.trim();
    if (line === undefined) return 'cancel';
    if (line === '' && field.default !== undefined) return { given: field.default };
    if (line === '' && !isRequired) return undefined;
    const given = line === '' ? undefined : readValue(field, line);
    if (given !== undefined) return { given };
    prompt = `    that is not ${kindOf(field)}; again: `;
  }
}

function promptOf(name: string, field: Field, isRequired: boolean): string {
  const title = printable(field.title ?? name);
  const said = field.description === undefined ? '' : ` (${printable(field.description)})`;
  const proposal = field.default === undefined ? '' : `, nothing for ${printable(JSON.stringify(field.default))}`;
  return `    ${title}${said}: ${kindOf(field)}${isRequired || proposal !== '' ? proposal : ', or nothing'}: `;
}

function kindOf(field: Field): string {
  const choices = choicesOf(field);
  if (choices !== undefined) return `one of ${printable(choices.join(', '))}`;
  switch (field.type) {
    case 'boolean':
      return 'y or n';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'array':
      return 'texts parted by commas';
    default:
      return 'a text';
  }
}

function choicesOf({ enum: words, oneOf }: Field): readonly string[] | undefined {
  return words ?? oneOf?.map((choice) => choice.const);
}

/** The value of a line; undefined when it does not fit. */
function readValue(field: Field, line: string): Value | undefined {
  const choices = choicesOf(field);
  if (choices !== undefined) return choices.find((choice) => choice.toLowerCase() === line.toLowerCase());
  switch (field.type) {
    case 'boolean':
      return /^y(es)?$|^true$/i.test(line) ? true : /^no?$|^false$/i.test(line) ? false : undefined;
    case 'integer':
    case 'number': {
      const number = Number(line);
      const fits = field.type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
      return fits ? number : undefined;
    }
    case 'array':
      return line.split(',').map((part) => part.trim());
    default:
      return line;
  }
}
