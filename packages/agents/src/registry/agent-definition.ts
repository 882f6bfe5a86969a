// What an agent is made of: a role in words, and bounds that only ever restrict.
import { createHash } from 'node:crypto';
import { type PermissionMode, permissionModeSchema } from '@monkey-coder/protocol';
import { readFrontMatter, textOf, textsOf } from '../extensions/front-matter.ts';
import type { ExtensionScope } from '../extensions/places.ts';
import { ownNames } from '../extensions/tool-names.ts';

/** One agent of the registry. */
export interface AgentDefinition {
  readonly name: string;
  /** When to use it, one sentence. */
  readonly description: string;
  /** What it is good at, for discovery. */
  readonly capabilities: readonly string[];
  /** The only tools it may call, by our names; undefined for all. */
  readonly tools: readonly string[] | undefined;
  /** `provider/model`, an alias or a tier; undefined for the run's own. */
  readonly model: string | undefined;
  /** It never works in a freer mode than this; undefined for the run's own. */
  readonly permissionMode: PermissionMode | undefined;
  readonly prompt: string;
  /** As its author numbers it; `1` when he does not. */
  readonly version: string;
  /** First 16 hexadecimal digits of the SHA-256 of all that makes it up. */
  readonly hash: string;
  readonly scope: ExtensionScope | 'builtin';
  /** Where it stands; undefined for a built-in one. */
  readonly path: string | undefined;
}

/** Hash of a text, as definitions carry it. */
export function agentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Reads an agent's Markdown file; undefined when it has no usable name, no description or no text. */
export function readAgent(
  text: string,
  file: { readonly name: string; readonly path: string; readonly scope: ExtensionScope },
): AgentDefinition | undefined {
  const { data, body } = readFrontMatter(text);
  const name = textOf(data, 'name') ?? file.name.split('/').at(-1)?.replace(/\.md$/i, '') ?? '';
  const description = textOf(data, 'description') ?? '';
  if (!/^[\w][\w.-]{0,63}$/.test(name) || description === '' || body === '') return undefined;
  const mode = permissionModeSchema.safeParse(textOf(data, 'permissionmode') ?? textOf(data, 'permission-mode'));
  const model = textOf(data, 'model');
  return {
    name,
    description,
    capabilities: textsOf(data, 'capabilities') ?? [],
    tools: textsOf(data, 'tools')?.flatMap((tool) => ownNames(tool.replace(/\(.*$/, ''))),
    model: model === 'inherit' ? undefined : model,
    permissionMode: mode.success ? mode.data : undefined,
    prompt: body,
    version: textOf(data, 'version') ?? '1',
    hash: agentHash(text),
    scope: file.scope,
    path: file.path,
  };
}
