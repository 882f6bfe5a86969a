// Reads the settings files in their order of precedence and reports what is wrong with them, file by file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeIssues, errorMessage, MonkeyError, nearestNames } from '@monkey-coder/protocol';
import type * as z from 'zod/mini';
import type { Homes } from './homes.ts';
import {
  defaultSettings,
  restrictedLayer,
  type Settings,
  type SettingsFile,
  settingsSchema,
  withLayer,
} from './settings.ts';

/** A settings file and whose word it is. */
export interface SettingsSource {
  readonly path: string;
  readonly scope: 'user' | 'project' | 'local' | 'flag' | 'managed';
}

/** Settings of all layers, what was read, and warnings for people. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly sources: readonly SettingsSource[];
  readonly warnings: readonly string[];
}

/** The files that are looked at, lowest precedence first. */
export function settingsSources(homes: Homes, root: string, extra: string | undefined): SettingsSource[] {
  return [
    { path: join(homes.config, 'settings.json'), scope: 'user' },
    { path: join(root, '.monkey', 'settings.json'), scope: 'project' },
    { path: join(root, '.monkey', 'settings.local.json'), scope: 'local' },
    ...(extra === undefined ? [] : [{ path: extra, scope: 'flag' as const }]),
    { path: '/etc/monkey/settings.json', scope: 'managed' },
  ];
}

/**
 * Reads all layers. A missing file is no layer (except one named by flag). Throws MonkeyError `config.invalid` that names
 * the file and place. `environment` stands above the files of user and repository, the named file above it, `flags` above that, the managed file above all.
 * Files inside the repository may restrict, not grant: what they may not set is dropped with a warning.
 */
export function loadSettings(
  sources: readonly SettingsSource[],
  above: { readonly environment?: SettingsFile; readonly flags?: SettingsFile } = {},
): LoadedSettings {
  const warnings: string[] = [];
  const read: SettingsSource[] = [];
  let settings = defaultSettings;
  const pending = [
    { layer: above.environment ?? {}, below: ['flag', 'managed'] },
    { layer: above.flags ?? {}, below: ['managed'] },
  ];
  const layOver = (scope: string | undefined): void => {
    while (pending[0] && (scope === undefined || pending[0].below.includes(scope))) {
      settings = withLayer(settings, pending[0].layer);
      pending.shift();
    }
  };
  for (const source of sources) {
    layOver(source.scope);
    const layer = readLayer(source, warnings);
    if (!layer) continue;
    read.push(source);
    if (source.scope === 'project' || source.scope === 'local') {
      const restricted = restrictedLayer(layer);
      if (restricted.dropped.length > 0) {
        warnings.push(
          `${source.path}: ${restricted.dropped.join(', ')} ignored; a repository may restrict, not grant (put it into your user settings)`,
        );
      }
      settings = withLayer(settings, restricted.layer, source.path);
      settings = withDeclared(settings, layer);
    } else {
      settings = withLayer(settings, layer, source.path);
    }
  }
  layOver(undefined);
  return { settings, sources: read, warnings };
}

/** Notes that the repository's settings name what would run after trust. */
function withDeclared(settings: Settings, { hooks, mcpServers }: SettingsFile): Settings {
  return {
    ...settings,
    declaresHooks: settings.declaresHooks || hooks !== undefined,
    declaresMcpServers: settings.declaresMcpServers || mcpServers !== undefined,
  };
}

function readLayer(source: SettingsSource, warnings: string[]): SettingsFile | undefined {
  let text: string;
  try {
    text = readFileSync(source.path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if ((code === 'ENOENT' || code === 'ENOTDIR') && source.scope !== 'flag') return undefined;
    throw new MonkeyError('config.invalid', `${source.path} cannot be read: ${errorMessage(error)}`);
  }
  return parseSettings(text, source.path, warnings);
}

/** Parses the text of one settings file; adds a warning for each unknown key. Throws MonkeyError `config.invalid`. */
export function parseSettings(text: string, path: string, warnings: string[]): SettingsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MonkeyError('config.invalid', `${path} is not JSON: ${errorMessage(error)}`);
  }
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) throw new MonkeyError('config.invalid', `${path}: ${describeIssues(parsed.error)}`);
  warnings.push(...unknownKeys(value, path));
  return parsed.data;
}

/** Keys that no setting has, at any depth, each with the nearest right one. */
function unknownKeys(value: unknown, path: string, schema: z.core.$ZodType = settingsSchema, place = ''): string[] {
  const { def } = schema._zod as { readonly def: SchemaDefinition };
  if (def.type === 'optional' || def.type === 'nullable') {
    return def.innerType ? unknownKeys(value, path, def.innerType, place) : [];
  }
  if (def.type !== 'object' || def.shape === undefined || typeof value !== 'object' || value === null) return [];
  const { shape } = def;
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = shape[key];
    if (known) return unknownKeys(inner, path, known, `${place}${key}.`);
    if (place === '' && key === '$schema') return [];
    const near = nearestNames(key, Object.keys(shape))[0];
    return [`${path}: unknown key "${place}${key}"${near ? `, did you mean "${place}${near}"?` : ''}`];
  });
}

/** The parts of a schema that hold further schemas. */
interface SchemaDefinition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
}
