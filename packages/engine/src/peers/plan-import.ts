// Decides what of a peer's things is taken, and applies it: nothing is overwritten, and nothing that allows or runs comes in unasked.
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { type JsonObject, type JsonValue, MonkeyError, parseJson } from '@monkey-coder/protocol';
import { isObject, objectAt, type PeerItem, textsAt } from './peer-items.ts';

/** Where things go. */
export interface ImportTargets {
  /** The product's configuration folder. */
  readonly config: string;
  /** Real path of the project. */
  readonly root: string;
}

/** What happens to one thing. */
export interface ImportStep {
  readonly item: PeerItem;
  /** One line for a person. */
  readonly what: string;
  /** File it goes into; undefined for what is left. */
  readonly to: string | undefined;
  /**
   * `take`: it is new. `same`: it is there already. `conflict`: something else is there and stays. `grants`: it would allow or run
   * something, so it is only taken when that was asked for. `left`: it is not taken over.
   */
  readonly verdict: 'take' | 'same' | 'conflict' | 'grants' | 'left';
  readonly why: string;
}

/** Plans an import. `withGrants`: also what allows or runs something. Nothing is written. Throws MonkeyError `config.invalid` for a settings file of ours that is no JSON. */
export function planImport(items: readonly PeerItem[], targets: ImportTargets, withGrants: boolean): ImportStep[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const step = stepOf(item, targets, withGrants);
    const key = `${step.to ?? step.item.from} ${step.what}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [step];
  });
}

function stepOf(item: PeerItem, targets: ImportTargets, withGrants: boolean): ImportStep {
  if (item.kind === 'left') return { item, what: item.what, to: undefined, verdict: 'left', why: item.why };
  const to = targetOf(item, targets);
  const what = describe(item);
  if (item.kind === 'model' && item.scope === 'project')
    return { item, what, to: undefined, verdict: 'left', why: 'a repository’s choice of model is not copied' };
  const { verdict, why } = isFile(item) ? fileVerdict(to, item.text) : settingVerdict(item, readSettings(to));
  const needsLeave = verdict === 'take' && grants(item) && !withGrants;
  if (needsLeave) return { item, what, to, verdict: 'grants', why: 'it allows or runs something: taken with --grants' };
  return { item, what, to, verdict, why };
}

type Taken = Exclude<PeerItem, { kind: 'left' }>;
type FileItem = Extract<PeerItem, { text: string }>;
type SettingItem = Exclude<Taken, FileItem>;

function isFile(item: Taken): item is FileItem {
  return 'text' in item;
}

/** Rules that allow, programs that would be started: of the user’s own settings nobody asks again. */
function grants(item: Taken): boolean {
  return (item.kind === 'rule' && item.list === 'allow') || item.kind === 'server' || item.kind === 'hooks';
}

function targetOf(item: Taken, { config, root }: ImportTargets): string {
  const base = item.scope === 'user' ? config : join(root, '.monkey');
  switch (item.kind) {
    case 'command':
      return join(base, 'commands', `${safeName(item.name)}.md`);
    case 'agent':
      return join(base, 'agents', `${safeName(item.name)}.md`);
    case 'skill':
      return join(base, 'skills', safeName(item.name), 'SKILL.md');
    case 'instructions':
      return join(config, 'AGENTS.md');
    case 'server':
      return item.scope === 'user' ? join(config, 'settings.json') : join(root, '.mcp.json');
    default:
      return join(base, 'settings.json');
  }
}

/** A peer's file name must not lead elsewhere. */
function safeName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.map((part) => part.replace(/[^\w.-]/g, '-')).join('/') || 'unnamed';
}

function describe(item: Taken): string {
  switch (item.kind) {
    case 'rule':
      return `${item.list} ${item.rule}`;
    case 'model':
      return `model ${item.model}`;
    case 'server':
      return `MCP server ${item.name}: ${serverWords(item.value)}`;
    case 'hooks':
      return `hook ${item.event} ${JSON.stringify(item.group)}`;
    default:
      return `${item.kind} ${item.name}`;
  }
}

function serverWords(value: JsonObject): string {
  const words = [value['command'] ?? value['url'], ...textsAt(value, 'args')];
  return words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' ');
}

function fileVerdict(path: string, text: string): Pick<ImportStep, 'verdict' | 'why'> {
  if (!existsSync(path)) return { verdict: 'take', why: '' };
  return readFileSync(path, 'utf8') === text
    ? { verdict: 'same', why: 'it is there already' }
    : { verdict: 'conflict', why: 'another one is there and stays' };
}

function settingVerdict(item: SettingItem, settings: JsonObject): Pick<ImportStep, 'verdict' | 'why'> {
  const same = { verdict: 'same', why: 'it is there already' } as const;
  const conflict = { verdict: 'conflict', why: 'something else is there and stays' } as const;
  const take = { verdict: 'take', why: '' } as const;
  const judge = (there: JsonValue | undefined, wanted: JsonValue) =>
    there === undefined ? take : JSON.stringify(there) === JSON.stringify(wanted) ? same : conflict;
  switch (item.kind) {
    case 'rule':
      return textsAt(objectAt(settings, 'permissions'), item.list).includes(item.rule) ? same : take;
    case 'model':
      return judge(settings['model'], item.model);
    case 'server':
      return judge(objectAt(settings, 'mcpServers')[item.name], item.value);
    case 'hooks': {
      const groups = objectAt(settings, 'hooks')[item.event];
      const list = Array.isArray(groups) ? (groups as readonly JsonValue[]) : [];
      return list.some((group) => JSON.stringify(group) === JSON.stringify(item.group)) ? same : take;
    }
  }
}

/**
 * Does what the plan takes; returns how much that was. A settings file keeps everything that was in it. Throws MonkeyError
 * `workspace.outside` when a link would lead what belongs to the project out of it.
 */
export function applyImport(steps: readonly ImportStep[], { root }: ImportTargets): number {
  const taken = steps.filter(({ verdict }) => verdict === 'take');
  for (const { item, to } of taken) {
    if (to === undefined || item.kind === 'left') continue;
    if (item.scope === 'project') refuseOutside(to, root);
    const text = isFile(item) ? item.text : `${JSON.stringify(withSetting(readSettings(to), item), null, 2)}\n`;
    write(to, text);
  }
  return taken.length;
}

function refuseOutside(path: string, root: string): void {
  let there = dirname(path);
  while (!existsSync(there)) there = dirname(there);
  const real = realpathSync(there);
  if (real !== root && !real.startsWith(`${root}${sep}`))
    throw new MonkeyError('workspace.outside', `${path} leads out of the project`);
}

function withSetting(settings: JsonObject, item: SettingItem): JsonObject {
  switch (item.kind) {
    case 'rule': {
      const permissions = objectAt(settings, 'permissions');
      return {
        ...settings,
        permissions: { ...permissions, [item.list]: [...textsAt(permissions, item.list), item.rule] },
      };
    }
    case 'model':
      return { ...settings, model: item.model };
    case 'server':
      return { ...settings, mcpServers: { ...objectAt(settings, 'mcpServers'), [item.name]: item.value } };
    case 'hooks': {
      const hooks = objectAt(settings, 'hooks');
      const groups = hooks[item.event];
      const list = Array.isArray(groups) ? (groups as readonly JsonValue[]) : [];
      return { ...settings, hooks: { ...hooks, [item.event]: [...list, item.group] } };
    }
  }
}

function readSettings(path: string): JsonObject {
  if (!existsSync(path)) return {};
  const value = parseJson(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  if (isObject(value)) return value;
  throw new MonkeyError('config.invalid', `${path} is not a JSON object`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}
