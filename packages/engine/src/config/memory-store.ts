// What was learnt about a project and a person agreed to keep: short facts, in the state folder, outside of the repository.
//
// They are in the prompts of later sessions in the same folder, so each one was read by a person before: typed by him, or
// proposed by the agent and allowed at the terminal. A repository cannot bring any along.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { MonkeyError, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { memoryPath } from './memory-path.ts';

const factSchema = z.object({
  /** First eight hexadecimal digits of the text's SHA-256. */
  id: z.string(),
  text: z.string(),
  /** Milliseconds since 1970. */
  time: z.number(),
  by: z.enum(['person', 'agent']),
});
const fileSchema = z.object({ version: z.literal(1), root: z.string(), facts: z.array(factSchema) });
/** One fact. */
export type Fact = Readonly<z.infer<typeof factSchema>>;

/** Characters of one fact, and of all facts in a prompt. */
const maxFactChars = 300;
const maxPromptChars = 700;
const maxFacts = 100;

/** The facts of one folder. */
export interface MemoryStore {
  readonly path: string;
  /** Oldest first; empty for a missing or damaged file. */
  list(): readonly Fact[];
  /** Keeps a fact; one that is there already stays as it is. Throws MonkeyError `usage.invalid` for an empty or long text. */
  add(text: string, by: Fact['by'], time: number): Fact;
  /** Forgets a fact by its id or the beginning of it; returns it, or undefined. */
  forget(id: string): Fact | undefined;
}

/** Opens the memory of a folder (real path); its file is made by the first fact. */
export function openMemory(stateFolder: string, root: string): MemoryStore {
  const path = memoryPath(stateFolder, root);
  const write = (facts: readonly Fact[]): void => writeFacts(path, root, facts);
  return {
    path,
    list: () => readFacts(path),
    add(given, by, time) {
      const text = oneLine(given);
      const facts = readFacts(path);
      const id = createHash('sha256').update(text).digest('hex').slice(0, 8);
      const known = facts.find((fact) => fact.id === id);
      if (known !== undefined) return known;
      if (facts.length >= maxFacts)
        throw new MonkeyError('usage.invalid', `${maxFacts} facts are kept here already`, {
          advice: 'Forget some: monkey memory forget ID.',
        });
      const fact: Fact = { id, text, time, by };
      write([...facts, fact]);
      return fact;
    },
    forget(id) {
      const facts = readFacts(path);
      const found = id.length < 4 ? undefined : facts.find((fact) => fact.id.startsWith(id));
      if (found !== undefined) write(facts.filter((fact) => fact !== found));
      return found;
    },
  };
}

/** The facts for a prompt, within bounds, the newest where there is no room for all. */
export function factLines(facts: readonly Fact[]): string | undefined {
  const lines: string[] = [];
  let left = maxPromptChars;
  for (const { text } of [...facts].reverse()) {
    left -= text.length + 3;
    if (left < 0) break;
    lines.unshift(`- ${text}`);
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

function oneLine(given: string): string {
  const text = given.replace(/\s+/g, ' ').trim();
  if (text === '') throw new MonkeyError('usage.invalid', 'a fact has words');
  if (text.length > maxFactChars)
    throw new MonkeyError('usage.invalid', `a fact has at most ${maxFactChars} characters, not ${text.length}`);
  return text;
}

function readFacts(path: string): readonly Fact[] {
  try {
    const parsed = fileSchema.safeParse(parseJson(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data.facts : [];
  } catch {
    return [];
  }
}

function writeFacts(path: string, root: string, facts: readonly Fact[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ version: 1, root, facts }, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
