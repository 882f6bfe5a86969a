// What can be taken over from another agent, before it is decided whether it is.
import type { JsonObject, JsonValue } from '@monkey-coder/protocol';

/** Agents whose files are understood. */
export const peerNames = ['claude', 'codex', 'cursor', 'gemini', 'opencode'] as const;
export type PeerName = (typeof peerNames)[number];

/** Whether something is the user's or the project's. */
export type PeerScope = 'user' | 'project';

/** One thing that was found, and where. */
export type PeerItem = { readonly from: string; readonly scope: PeerScope } & (
  | {
      /** A Markdown file for the folder of its kind; `instructions` is AGENTS.md. */
      readonly kind: 'command' | 'agent' | 'skill' | 'instructions';
      readonly name: string;
      readonly text: string;
    }
  | { readonly kind: 'rule'; readonly list: 'allow' | 'ask' | 'deny'; readonly rule: string }
  | { readonly kind: 'model'; readonly model: string }
  | { readonly kind: 'server'; readonly name: string; readonly value: JsonObject }
  | { readonly kind: 'hooks'; readonly event: string; readonly group: JsonObject }
  /** Seen and not taken, with the reason. */
  | { readonly kind: 'left'; readonly what: string; readonly why: string }
);

/** Where a peer's files are looked for. */
export interface PeerPlaces {
  readonly home: string;
  /** Real path of the project. */
  readonly root: string;
  /** `XDG_CONFIG_HOME`, or `.config` below the home folder. */
  readonly configHome: string;
}

/** The object under a key; an empty one for anything else. */
export function objectAt(value: JsonValue | undefined, key: string): JsonObject {
  return isObject(value) && isObject(value[key]) ? value[key] : {};
}

/** The texts of a list under a key. */
export function textsAt(value: JsonObject, key: string): string[] {
  const list = value[key];
  return Array.isArray(list)
    ? (list as readonly JsonValue[]).filter((one): one is string => typeof one === 'string')
    : [];
}

/** Whether a value is a JSON object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const secretName = /key|token|secret|passw|credential|auth/i;

/**
 * A server's entry in the shape of `mcpServers`. Keys that stand in it in plain text are not copied: the variable of their name is
 * named instead, and `left` says so.
 */
export function serverItems(
  name: string,
  given: JsonObject,
  place: { readonly from: string; readonly scope: PeerScope },
): PeerItem[] {
  const hidden: string[] = [];
  const clean = (values: JsonObject, isHeader: boolean): JsonObject =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        const isPlain = typeof value === 'string' && value !== '' && !value.includes('${');
        if (!isPlain || !(isHeader || secretName.test(key))) return [key, value];
        const variable = `${isHeader ? `${name}_` : ''}${key}`.replace(/\W/g, '_').toUpperCase();
        hidden.push(variable);
        return [key, `\${${variable}}`];
      }),
    );
  const { env, headers, ...rest } = given;
  const value: JsonObject = {
    ...rest,
    ...(isObject(env) ? { env: clean(env, false) } : {}),
    ...(isObject(headers) ? { headers: clean(headers, true) } : {}),
  };
  const left: PeerItem[] =
    hidden.length === 0
      ? []
      : [
          {
            kind: 'left',
            ...place,
            what: `the keys of the server ${name}`,
            why: `keys are not copied: set ${hidden.join(', ')}`,
          },
        ];
  return [{ kind: 'server', ...place, name, value }, ...left];
}
