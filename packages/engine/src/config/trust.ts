// Folder trust: a repository's hooks and MCP servers run only after a person has seen exactly what would run and said yes.
//
// The yes is kept in the state folder, outside of any repository, for the folder's real path and the hash of what it declares: any
// change of the declarations, or of a script they name, asks again. A no is kept the same way. Where nobody can be asked
// everything stays off and one line says so.
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Gate } from '@monkey-coder/agents';
import { parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { type ProjectDeclarations, readProjectDeclarations } from './project-declarations.ts';

const trustFileSchema = z.object({
  version: z.literal(1),
  folders: z.record(
    z.string(),
    z.object({ hash: z.string(), verdict: z.enum(['trusted', 'refused']), time: z.number() }),
  ),
});
type Folders = z.infer<typeof trustFileSchema>['folders'];

/** What a person said about a folder as it stands now; `unknown` when nobody was asked about exactly this. */
export type TrustVerdict = 'trusted' | 'refused' | 'unknown';

/** What people said about folders. */
export interface TrustStore {
  readonly path: string;
  verdict(declared: Pick<ProjectDeclarations, 'root' | 'hash'>): TrustVerdict;
  keep(declared: Pick<ProjectDeclarations, 'root' | 'hash'>, verdict: 'trusted' | 'refused', time: number): void;
  /** Returns whether there was something to forget. */
  forget(root: string): boolean;
  /** Real paths of the folders that are trusted, as they stood at a time (ms since 1970). */
  trusted(): readonly { readonly root: string; readonly time: number }[];
}

/** Opens the store of a state folder; the file is made, with mode 0600, when first written. A damaged file trusts nothing. */
export function createTrustStore(stateFolder: string): TrustStore {
  const path = join(stateFolder, 'trust.json');
  return {
    path,
    verdict({ root, hash }) {
      const known = readFolders(path)[root];
      return known?.hash === hash ? known.verdict : 'unknown';
    },
    keep({ root, hash }, verdict, time) {
      writeFolders(path, { ...readFolders(path), [root]: { hash, verdict, time } });
    },
    forget(root) {
      const { [root]: known, ...others } = readFolders(path);
      if (known !== undefined) writeFolders(path, others);
      return known !== undefined;
    },
    trusted: () =>
      Object.entries(readFolders(path)).flatMap(([root, { verdict, time }]) =>
        verdict === 'trusted' ? [{ root, time }] : [],
      ),
  };
}

function readFolders(path: string): Folders {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  const parsed = trustFileSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data.folders : {};
}

function writeFolders(path: string, folders: Folders): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ version: 1, folders }, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

/** Whether what a folder declares may run. Only `trusted` may; `note` is one line for a person. */
export type FolderTrust =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'trusted'; readonly declared: ProjectDeclarations }
  | { readonly kind: 'untrusted'; readonly declared: ProjectDeclarations; readonly note: string };

/** What trust is decided with. */
export interface TrustQuestion {
  readonly root: string;
  readonly stateFolder: string;
  readonly gate: Gate;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** Decides whether a folder's declarations may run, asking a person once where one can be asked. */
export async function decideTrust(question: TrustQuestion): Promise<FolderTrust> {
  const declared = readProjectDeclarations(question.root);
  if (declared.items.length === 0) return { kind: 'nothing' };
  const store = createTrustStore(question.stateFolder);
  const known = store.verdict(declared);
  const verdict = known === 'unknown' ? await askPerson(question, declared, store) : known;
  if (verdict === 'trusted') return { kind: 'trusted', declared };
  return { kind: 'untrusted', declared, note: untrustedNote(declared) };
}

async function askPerson(
  { gate, signal, now }: TrustQuestion,
  declared: ProjectDeclarations,
  store: TrustStore,
): Promise<TrustVerdict> {
  if (!gate.available) return 'unknown';
  const answer = await gate.ask(
    { callId: 'trust', tool: 'what this folder wants to run', grants: trustLines(declared), reason: trustReason },
    { signal },
  );
  if (answer.kind === 'expired') return 'unknown';
  const verdict = answer.kind === 'answered' ? 'trusted' : 'refused';
  store.keep(declared, verdict, now());
  return verdict;
}

const trustReason = 'the repository declares it; yes or no is kept until any of it changes (monkey trust)';

/** Exactly what would run, one line each. */
export function trustLines({ items }: ProjectDeclarations): string[] {
  return items.map(({ kind, name, runs, source }) =>
    kind === 'hook' ? `hook ${name} ${runs}  (${source})` : `MCP server ${name}: ${runs}  (${source})`,
  );
}

function untrustedNote({ items }: ProjectDeclarations): string {
  const count = (kind: string, noun: string): string[] => {
    const n = items.filter((item) => item.kind === kind).length;
    return n === 0 ? [] : [`${n} ${noun}${n === 1 ? '' : 's'}`];
  };
  const what = [...count('hook', 'hook'), ...count('mcp-server', 'MCP server')].join(' and ');
  return `${what} of this folder ${items.length === 1 ? 'stays' : 'stay'} off: it is not trusted (monkey trust shows and decides)`;
}
