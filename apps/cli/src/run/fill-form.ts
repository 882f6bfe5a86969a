// Puts a form of an MCP server to the person at a terminal, one field after the other; nothing goes to the server before the end.
import type { Elicitation, ElicitationAnswer } from '@monkey-coder/agents';
import { printable, type Style } from '../terminal/style.ts';

type Value = string | number | boolean | string[];

/** A field as the server describes it: flat, by the specification. */
interface Field {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly default?: Value;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly { readonly const: string; readonly title?: string }[];
}

/** One of several. */
export interface FormChoice {
  readonly label: string;
  readonly detail: string;
  readonly value: string;
}

/** What a terminal can do. */
export interface FormTerminal {
  /** Asks for a line; undefined at the end of input. */
  ask(prompt: string): Promise<string | undefined>;
  /** Asks for one of several; undefined when the person gives up. Where it is absent, a line is asked for. */
  choose?(title: string, choices: readonly FormChoice[], selected: number): Promise<string | undefined>;
  /** Says something, one line. */
  tell(text: string): void;
  readonly style: Style;
}

/**
 * Asks whether to answer at all, then for each field. An address is shown, never opened. What sounds like a secret is not asked for:
 * such a field is left out, and a form that cannot do without is declined.
 */
export async function fillForm(terminal: FormTerminal, question: Elicitation): Promise<ElicitationAnswer> {
  const { server, message, url, form } = question;
  const { style } = terminal;
  const secret = secretsIn(form).find(({ isRequired }) => isRequired);
  if (secret !== undefined) {
    terminal.tell(
      `the MCP server ${printable(server)} asks for what sounds like a secret (${printable(secret.name)}): declined`,
    );
    return { action: 'decline' };
  }
  const head = `\n${style.yellow('?')} ${style.bold(`the MCP server ${printable(server)} asks`)}\n    ${printable(message)}`;
  const where = url === undefined ? '' : `\n    open in your browser: ${printable(url)}`;
  const yes = url === undefined ? 'answer' : 'done';
  const first =
    (await terminal.choose?.(`${head}${where}`, [choice('y', yes, 'give no passwords'), choice('n', 'decline')], 0)) ??
    (terminal.choose === undefined
      ? await terminal.ask(`${head}${where}\n  [y] ${yes}  [n] decline (give no passwords): `)
      : undefined);
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
  const secrets = new Set(secretsIn(form).map(({ name }) => name));
  for (const [name, field] of Object.entries(properties)) {
    if (secrets.has(name)) continue;
    const value = await fillField(terminal, { name, field, isRequired: required.includes(name) });
    if (value === 'cancel') return { action: 'cancel' };
    if (value !== undefined) content[name] = value.given;
  }
  return { action: 'accept', content };
}

/** Names that stand for what must not be given to a server by a form. */
const secretName =
  /pass(?:word|wd|phrase|code)|secret|token|api[-_ ]?key|private[-_ ]?key|credential|\bpin\b|\bcvv\b|\botp\b/i;

function secretsIn(
  form: Readonly<Record<string, unknown>> | undefined,
): { readonly name: string; readonly isRequired: boolean }[] {
  const { properties = {}, required = [] } = (form ?? {}) as {
    properties?: Record<string, Field>;
    required?: readonly string[];
  };
  return Object.entries(properties).flatMap(([name, { title = '', format }]) =>
    secretName.test(name) || secretName.test(title) || format === 'password'
      ? [{ name, isRequired: required.includes(name) }]
      : [],
  );
}

function choice(value: string, label: string, detail = ''): FormChoice {
  return { value, label, detail };
}

interface Asked {
  readonly name: string;
  readonly field: Field;
  readonly isRequired: boolean;
}

/** Asks until the value fits. Nothing typed takes the proposal, or leaves out what is not required. */
async function fillField(terminal: FormTerminal, asked: Asked): Promise<{ given: Value } | undefined | 'cancel'> {
  const { name, field, isRequired } = asked;
  const listed = listOf(field, isRequired);
  if (listed !== undefined && terminal.choose !== undefined) return fillByChoice(terminal, asked, listed);
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

const leftOut = '';

async function fillByChoice(
  terminal: FormTerminal,
  { name, field }: Asked,
  choices: readonly FormChoice[],
): Promise<{ given: Value } | undefined | 'cancel'> {
  const said = field.description === undefined ? '' : ` (${printable(field.description)})`;
  const proposed = choices.findIndex(({ value }) => value === String(field.default));
  const chosen = await terminal.choose?.(`${printable(field.title ?? name)}${said}`, choices, Math.max(0, proposed));
  if (chosen === undefined) return 'cancel';
  const given = chosen === leftOut ? undefined : readValue(field, chosen);
  return given === undefined ? undefined : { given };
}

/** What can be chosen for a field; undefined where something is to be written. */
function listOf(field: Field, isRequired: boolean): readonly FormChoice[] | undefined {
  const none = isRequired ? [] : [choice(leftOut, 'nothing')];
  if (field.oneOf !== undefined)
    return [...field.oneOf.map((one) => choice(one.const, printable(one.title ?? one.const))), ...none];
  if (field.enum !== undefined) return [...field.enum.map((word) => choice(word, printable(word))), ...none];
  return field.type === 'boolean' ? [choice('true', 'yes'), choice('false', 'no'), ...none] : undefined;
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
