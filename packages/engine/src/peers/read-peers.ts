// What each of the other agents keeps where, turned into our shapes. Nothing is executed, nothing is written.
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '@monkey-coder/protocol';
import { PeerReader } from './peer-files.ts';
import {
  isObject,
  objectAt,
  type PeerItem,
  type PeerName,
  type PeerPlaces,
  type PeerScope,
  serverItems,
  textsAt,
} from './peer-items.ts';

/** Parses TOML; its library is loaded by the caller. */
export type ParseToml = (text: string) => unknown;

interface Reading {
  readonly reader: PeerReader;
  readonly places: PeerPlaces;
  readonly toml: ParseToml;
}

/** Everything of a peer that was found. */
export function readPeer(peer: PeerName, places: PeerPlaces, toml: ParseToml): readonly PeerItem[] {
  const reader = new PeerReader(places.root);
  readers[peer]({ reader, places, toml });
  return reader.items;
}

const readers: Readonly<Record<PeerName, (reading: Reading) => void>> = {
  claude: readClaude,
  codex: readCodex,
  cursor: readCursor,
  gemini: readGemini,
  opencode: readOpenCode,
};

const inPlace = 'read where it is, nothing to import';

function readClaude({ reader, places: { home, root } }: Reading): void {
  const sources: [string, PeerScope][] = [
    [join(home, '.claude', 'settings.json'), 'user'],
    [join(root, '.claude', 'settings.json'), 'project'],
    [join(root, '.claude', 'settings.local.json'), 'project'],
  ];
  for (const [from, scope] of sources) {
    const settings = reader.json(from, scope);
    if (settings === undefined) continue;
    const permissions = objectAt(settings, 'permissions');
    addRules(reader, permissions, { from, scope });
    addHooks(reader, objectAt(settings, 'hooks'), { from, scope });
    addModel(reader, settings['model'], { from, scope }, 'anthropic');
    if (permissions['defaultMode'] !== undefined) addMode(reader, permissions['defaultMode'], { from, scope });
  }
  const global = join(home, '.claude.json');
  addServers(reader, objectAt(reader.json(global, 'user'), 'mcpServers'), { from: global, scope: 'user' });
  for (const kind of ['agents', 'commands', 'skills'])
    for (const [base, scope] of [
      [home, 'user'],
      [root, 'project'],
    ] as const)
      for (const { path } of reader.folder(join(base, '.claude', kind), /\.md$/i, scope).slice(0, 1))
        reader.add({ kind: 'left', from: path, scope, what: `the ${kind} of its folder`, why: inPlace });
  addInstructions(reader, join(home, '.claude', 'CLAUDE.md'));
}

function readCodex({ reader, places: { home, root }, toml }: Reading): void {
  for (const [base, scope] of [
    [home, 'user'],
    [root, 'project'],
  ] as const) {
    const from = join(base, '.codex', 'config.toml');
    const text = reader.text(from, scope);
    const config = text === undefined ? undefined : reader.parsed(from, scope, () => toml(text) as JsonValue);
    if (config === undefined) continue;
    addModel(reader, config['model'], { from, scope }, 'openai');
    addServers(reader, objectAt(config, 'mcp_servers'), { from, scope });
    for (const key of ['approval_policy', 'sandbox_mode']) {
      if (config[key] !== undefined) addMode(reader, `${key} = ${String(config[key])}`, { from, scope });
    }
  }
  addCommands(reader, join(home, '.codex', 'prompts'), 'user');
  addSkills(reader, join(home, '.codex', 'skills'), 'user');
  addInstructions(reader, join(home, '.codex', 'AGENTS.md'));
}

function readCursor({ reader, places: { home, root } }: Reading): void {
  for (const [base, scope] of [
    [home, 'user'],
    [root, 'project'],
  ] as const) {
    const from = join(base, '.cursor', 'mcp.json');
    addServers(reader, objectAt(reader.json(from, scope), 'mcpServers'), { from, scope });
    addCommands(reader, join(base, '.cursor', 'commands'), scope);
    for (const { name, path, text } of reader.folder(join(base, '.cursor', 'agents'), /\.md$/i, scope))
      reader.add({ kind: 'agent', from: path, scope, name, text });
  }
  for (const { name, path, text } of reader.folder(join(root, '.cursor', 'rules'), /\.mdc?$/i, 'project')) {
    const always = /^alwaysApply:\s*true/m.test(text);
    if (always)
      reader.add({
        kind: 'left',
        from: path,
        scope: 'project',
        what: `the rule ${name}`,
        why: 'it always holds: put its text into AGENTS.md',
      });
    else if (/^description:\s*\S/m.test(text))
      reader.add({ kind: 'skill', from: path, scope: 'project', name: name.replaceAll('/', '-'), text });
    else
      reader.add({
        kind: 'left',
        from: path,
        scope: 'project',
        what: `the rule ${name}`,
        why: 'it has no description to choose it by',
      });
  }
  const old = join(root, '.cursorrules');
  if (reader.text(old, 'project') !== undefined)
    reader.add({
      kind: 'left',
      from: old,
      scope: 'project',
      what: 'the rules',
      why: 'they always hold: put their text into AGENTS.md',
    });
}

function readGemini({ reader, places: { home, root }, toml }: Reading): void {
  for (const [base, scope] of [
    [home, 'user'],
    [root, 'project'],
  ] as const) {
    const from = join(base, '.gemini', 'settings.json');
    const settings = reader.json(from, scope);
    if (settings !== undefined) addGeminiSettings(reader, settings, { from, scope });
    for (const { name, path, text } of reader.folder(join(base, '.gemini', 'commands'), /\.toml$/i, scope)) {
      const value = reader.parsed(path, scope, () => toml(text) as JsonValue);
      if (value !== undefined) addGeminiCommand(reader, value, { name, from: path, scope });
    }
  }
  addInstructions(reader, join(home, '.gemini', 'GEMINI.md'));
}

function addGeminiSettings(reader: PeerReader, settings: JsonObject, place: Place): void {
  const { model, tools } = settings;
  addServers(reader, objectAt(settings, 'mcpServers'), place);
  addModel(reader, isObject(model) ? model['name'] : model, place, 'google');
  const excluded = isObject(tools) ? textsAt(tools, 'exclude') : textsAt(settings, 'excludeTools');
  for (const tool of excluded) reader.add({ kind: 'rule', ...place, list: 'deny', rule: geminiTool(tool) });
}

function addGeminiCommand(
  reader: PeerReader,
  { prompt, description }: JsonObject,
  { name, from, scope }: { readonly name: string; readonly from: string; readonly scope: PeerScope },
): void {
  if (typeof prompt !== 'string') return;
  const head = typeof description === 'string' ? `---\ndescription: ${description.replace(/\s+/g, ' ')}\n---\n` : '';
  reader.add({
    kind: 'command',
    from,
    scope,
    name,
    text: `${head}${prompt.replaceAll('{{args}}', '$ARGUMENTS').trim()}\n`,
  });
}

function geminiTool(tool: string): string {
  const names: Readonly<Record<string, string>> = {
    run_shell_command: 'Bash',
    ShellTool: 'Bash',
    write_file: 'Edit',
    replace: 'Edit',
    read_file: 'Read',
    web_fetch: 'Fetch',
  };
  const [name = '', what] = tool.replace(/\)$/, '').split('(');
  return `${names[name] ?? name}${what === undefined ? '' : `(${what}:*)`}`;
}

function readOpenCode({ reader, places: { home, root, configHome } }: Reading): void {
  const bases: [string, PeerScope, string[]][] = [
    [join(configHome, 'opencode'), 'user', ['opencode.json', 'opencode.jsonc']],
    [root, 'project', ['opencode.json', 'opencode.jsonc']],
    [join(root, '.opencode'), 'project', ['opencode.json', 'opencode.jsonc']],
  ];
  for (const [base, scope, names] of bases) {
    for (const name of names) {
      const from = join(base, name);
      const config = reader.json(from, scope);
      if (config !== undefined) addOpenCodeConfig(reader, config, { from, scope });
    }
    if (base === root) continue;
    for (const folder of ['command', 'commands']) addCommands(reader, join(base, folder), scope);
    for (const folder of ['agent', 'agents'])
      for (const { name, path, text } of reader.folder(join(base, folder), /\.md$/i, scope))
        reader.add({ kind: 'agent', from: path, scope, name, text });
    addSkills(reader, join(base, 'skills'), scope);
  }
  addInstructions(reader, join(home, '.config', 'opencode', 'AGENTS.md'));
}

function addOpenCodeConfig(reader: PeerReader, config: JsonObject, place: Place): void {
  addModel(reader, config['model'], place, '');
  const servers = Object.entries(objectAt(config, 'mcp')).flatMap(([name, value]): [string, JsonObject][] => {
    if (!isObject(value) || value['enabled'] === false) return [];
    if (typeof value['url'] === 'string')
      return [[name, { type: 'http', url: value['url'], headers: objectAt(value, 'headers') }]];
    const [command = '', ...args] = textsAt(value, 'command');
    return [[name, { command, args, env: objectAt(value, 'environment') }]];
  });
  addServers(reader, Object.fromEntries(servers), place);
  for (const [tool, word] of Object.entries(objectAt(config, 'permission'))) {
    const named = `${tool.charAt(0).toUpperCase()}${tool.slice(1)}`;
    const words: [string, JsonValue][] = isObject(word) ? Object.entries(word) : [['*', word]];
    for (const [what, decision] of words) {
      if (decision !== 'allow' && decision !== 'ask' && decision !== 'deny') continue;
      reader.add({ kind: 'rule', ...place, list: decision, rule: what === '*' ? named : `${named}(${what})` });
    }
  }
}

interface Place {
  readonly from: string;
  readonly scope: PeerScope;
}

function addRules(reader: PeerReader, permissions: JsonObject, place: Place): void {
  for (const list of ['allow', 'ask', 'deny'] as const)
    for (const rule of textsAt(permissions, list)) reader.add({ kind: 'rule', ...place, list, rule });
}

function addHooks(reader: PeerReader, hooks: JsonObject, place: Place): void {
  for (const [event, groups] of Object.entries(hooks))
    for (const group of Array.isArray(groups) ? (groups as readonly JsonValue[]).filter(isObject) : [])
      reader.add({ kind: 'hooks', ...place, event, group });
}

function addServers(reader: PeerReader, servers: JsonObject, place: Place): void {
  for (const [name, value] of Object.entries(servers))
    if (isObject(value)) reader.add(...serverItems(name, value, place));
}

function addModel(reader: PeerReader, model: JsonValue | undefined, place: Place, provider: string): void {
  if (typeof model !== 'string' || model === '') return;
  const isWhole = model.includes('/') || provider === '' || !model.includes('-');
  reader.add({ kind: 'model', ...place, model: isWhole ? model : `${provider}/${model}` });
}

function addMode(reader: PeerReader, mode: JsonValue, place: Place): void {
  const what = `the permission mode (${typeof mode === 'string' ? mode : JSON.stringify(mode)})`;
  reader.add({
    kind: 'left',
    ...place,
    what,
    why: 'how much is allowed is never taken over: `monkey config set permissions.mode …`',
  });
}

function addCommands(reader: PeerReader, folder: string, scope: PeerScope): void {
  for (const { name, path, text } of reader.folder(folder, /\.md$/i, scope))
    reader.add({ kind: 'command', from: path, scope, name, text });
}

function addSkills(reader: PeerReader, folder: string, scope: PeerScope): void {
  for (const { name, path, text } of reader.folder(folder, /\/SKILL\.md$/i, scope))
    reader.add({ kind: 'skill', from: path, scope, name, text });
}

function addInstructions(reader: PeerReader, from: string): void {
  const text = reader.text(from, 'user');
  if (text !== undefined && text.trim() !== '')
    reader.add({ kind: 'instructions', from, scope: 'user', name: 'AGENTS', text });
}
