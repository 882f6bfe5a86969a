// What can be configured: the schema of settings.json, the defaults, and how layers are put on top of each other.
import { type CatalogueSettings, catalogueSettingsSchema } from '@monkey-coder/models';
import { permissionModeSchema } from '@monkey-coder/protocol';
import { type PolicyName, policyNames } from '@monkey-coder/router';
import { isDomainRule, type NetworkAccess } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { type HookSettings, hookSettingsSchema, mergeHooks } from './hook-settings.ts';
import { type Policy, policySchema } from './policy.ts';

const rules = z.optional(z.array(z.string()));
const positive = z.number().check(z.positive());
const providerSettings = z.object({
  /** Address of an own endpoint. */
  baseUrl: z.optional(z.string()),
  /** Environment variable that holds the key. */
  apiKeyEnv: z.optional(z.string()),
  dialect: z.optional(z.enum(['openai-chat', 'anthropic-messages'])),
  /** Command whose output is the key; run once, and only when no other key is known. */
  apiKeyCommand: z.optional(z.string().check(z.minLength(1))),
  /** Calls at once; the others wait in their order. */
  concurrency: z.optional(positive.check(z.int())),
});
const webSettings = z.object({
  /** `off`: pages are not fetched and nothing is searched. */
  fetch: z.optional(z.enum(['ask', 'off'])),
  /** Hosts of one's own network that may be fetched. */
  allowHosts: z.optional(z.array(z.string().check(z.minLength(1)))),
  search: z.optional(
    z.object({
      kind: z.enum(['searxng', 'brave', 'tavily']),
      baseUrl: z.optional(z.url()),
      /** Environment variable that holds the key. */
      apiKeyEnv: z.optional(z.string()),
    }),
  ),
});
const telemetrySettings = z.object({
  /** `otlp`: runs, model calls, tools and checks as spans to the collector that the `OTEL_…` variables name. */
  traces: z.optional(z.enum(['off', 'otlp'])),
  /** Send what was said too: messages, arguments, outputs. */
  content: z.optional(z.boolean()),
});
const interactiveSettings = z.object({
  theme: z.optional(z.enum(['dark', 'light', 'ansi16', 'daltonised'])),
  /** Vim's keys in the editor. */
  vim: z.optional(z.boolean()),
  /** Plain lines from top to bottom, nothing drawn anew. */
  screenReader: z.optional(z.boolean()),
  /** Begin in full screen. */
  fullscreen: z.optional(z.boolean()),
  /** When a person is needed. */
  notifications: z.optional(z.enum(['auto', 'bell', 'off'])),
  /** Key to action, `none` to free a key. */
  keys: z.optional(z.record(z.string(), z.string())),
});
const names = z.array(z.string().check(z.minLength(1)));
const priceSettings = z.object({
  /** USD per million tokens. */
  input: z.number().check(z.nonnegative()),
  output: z.number().check(z.nonnegative()),
});

/** Shape of a settings file. Unknown keys are warned about by `loadSettings`, never fatal. */
export const settingsSchema = z.object({
  model: z.optional(z.string()),
  /** Models that answer when the first choice does not, in order: for all models, or by `provider/model` (`*` for the others). */
  fallback: z.optional(
    z.union([names, z.record(z.string(), names)], 'expected a list of model names, or such lists by model'),
  ),
  /** `exact`: the same request is answered from disk. */
  cache: z.optional(z.enum(['off', 'exact'])),
  permissions: z.optional(z.object({ mode: z.optional(permissionModeSchema), allow: rules, ask: rules, deny: rules })),
  limits: z.optional(
    z.object({
      maxTurns: z.optional(positive.check(z.int())),
      maxMinutes: z.optional(positive),
      maxBudgetUsd: z.optional(z.nullable(z.number().check(z.nonnegative()))),
      commandTimeoutSeconds: z.optional(positive),
      maxOutputTokens: z.optional(positive.check(z.int())),
      maxContextTokens: z.optional(positive.check(z.int())),
      subAgents: z.optional(z.number().check(z.int(), z.nonnegative())),
    }),
  ),
  /** How long the model may be silent. */
  timeouts: z.optional(
    z.object({
      firstTokenSeconds: z.optional(positive),
      idleSeconds: z.optional(positive),
    }),
  ),
  budget: z.optional(
    z.object({
      dayUsd: z.optional(z.number().check(z.nonnegative())),
      monthUsd: z.optional(z.number().check(z.nonnegative())),
    }),
  ),
  sandbox: z.optional(z.enum(['required', 'preferred', 'off'])),
  /** All of it, none, or a list of domains. */
  network: z.optional(
    z.union([
      z.boolean(),
      z.array(
        z.string().check(z.refine(isDomainRule, 'expected a domain: example.org, *.example.org or example.org:8443')),
      ),
    ]),
  ),
  diagnostics: z.optional(z.enum(['off', 'syntax', 'language-server'])),
  /** Search in the code: a model of a server on this machine that turns texts into vectors, `ollama/nomic-embed-text`. */
  search: z.optional(z.object({ embeddings: z.optional(z.string().check(z.minLength(1))) })),
  /** Pages and search. */
  web: z.optional(webSettings),
  telemetry: z.optional(telemetrySettings),
  policy: z.optional(policySchema),
  interactive: z.optional(interactiveSettings),
  /** Who works where nobody is named: an agent's name, or `auto`: chosen by the task. */
  agent: z.optional(z.string().check(z.minLength(1))),
  /** Programs that are told what the agent does, by event. */
  hooks: z.optional(hookSettingsSchema),
  /** MCP servers by name; each entry is judged when servers are looked at, so that a wrong one stops nothing else. */
  mcpServers: z.optional(z.record(z.string(), z.unknown())),
  checks: z.optional(z.array(z.string())),
  repairs: z.optional(z.number().check(z.int(), z.nonnegative())),
  providers: z.optional(z.record(z.string(), providerSettings)),
  prices: z.optional(z.record(z.string(), priceSettings)),
  /** How models are chosen where none is named. */
  router: z.optional(
    z.object({
      models: z.optional(z.array(z.string())),
      valueUsd: z.optional(positive),
      minSuccess: z.optional(z.number().check(z.gte(0), z.lte(1))),
      explore: z.optional(z.boolean()),
      policy: z.optional(z.enum([...policyNames])),
      preferLocal: z.optional(z.enum(['never', 'small', 'chain'])),
      strategy: z.optional(z.enum(['single', 'auto'])),
    }),
  ),
  /** Own models, and own names for models. */
  catalogue: z.optional(catalogueSettingsSchema),
});

/** One layer of settings, as a file has it. */
export type SettingsFile = z.infer<typeof settingsSchema>;

/** All settings with their defaults filled in. */
export interface Settings {
  readonly model: string | undefined;
  /** By `provider/model`; `*` for all others. */
  readonly fallback: Readonly<Record<string, readonly string[]>>;
  readonly cache: 'off' | 'exact';
  readonly permissions: {
    readonly mode: NonNullable<NonNullable<SettingsFile['permissions']>['mode']>;
    readonly allow: readonly string[];
    readonly ask: readonly string[];
    readonly deny: readonly string[];
  };
  readonly limits: {
    readonly maxTurns: number;
    readonly maxMinutes: number;
    /** USD per run; null for no cap. */
    readonly maxBudgetUsd: number | null;
    readonly commandTimeoutSeconds: number;
    readonly maxOutputTokens: number;
    /** A window smaller than the model's own; undefined for that one. */
    readonly maxContextTokens: number | undefined;
    /** Sub-agents that one run may start without asking. */
    readonly subAgents: number;
  };
  /** Seconds until the first token (0.3 s per thousand tokens of the request come on top), and without a byte after it. */
  readonly timeouts: { readonly firstTokenSeconds: number; readonly idleSeconds: number };
  readonly budget: { readonly dayUsd: number | undefined; readonly monthUsd: number | undefined };
  readonly sandbox: 'required' | 'preferred' | 'off';
  readonly network: NetworkAccess;
  /** What is looked at after each edit. */
  readonly diagnostics: 'off' | 'syntax' | 'language-server';
  /** `provider/model` of a server on this machine; undefined to rank by words alone. */
  readonly search: { readonly embeddings: string | undefined };
  readonly web: {
    readonly fetch: 'ask' | 'off';
    readonly allowHosts: readonly string[];
    readonly search: z.infer<typeof webSettings>['search'];
  };
  readonly telemetry: { readonly traces: 'off' | 'otlp'; readonly content: boolean };
  /** The interactive terminal. */
  readonly interactive: InteractiveSettings;
  /** One of each layer that has one; the strictest counts. */
  readonly policies: readonly Policy[];
  /** An agent's name, or `auto`. */
  readonly agent: string;
  /** Those of the user and of who manages the machine; a repository's are looked up when it is trusted. */
  readonly hooks: HookSettings;
  /** The repository's settings have hooks of their own. */
  readonly declaresHooks: boolean;
  /** Entries as the user's files have them, by name. */
  readonly mcpServers: Readonly<Record<string, unknown>>;
  /** Further servers of the command line: JSON text, or paths of files. */
  readonly mcpSources: readonly string[];
  /** Whether servers that the repository declares are looked at, after trust. */
  readonly projectMcpServers: boolean;
  /** The repository's settings have servers of their own; its `.mcp.json` is looked for apart. */
  readonly declaresMcpServers: boolean;
  readonly checks: readonly string[];
  /** How often failing checks are handed back to the model. */
  readonly repairs: number;
  readonly providers: Readonly<Record<string, z.infer<typeof providerSettings>>>;
  readonly prices: Readonly<Record<string, z.infer<typeof priceSettings>>>;
  readonly router: RouterSettings;
  readonly catalogue: CatalogueSettings;
}

/** How the interactive terminal looks and is used. */
export interface InteractiveSettings {
  readonly theme: 'dark' | 'light' | 'ansi16' | 'daltonised';
  readonly vim: boolean;
  readonly screenReader: boolean;
  readonly fullscreen: boolean;
  readonly notifications: 'auto' | 'bell' | 'off';
  readonly keys: Readonly<Record<string, string>>;
}

/** How models are chosen where none is named. */
export interface RouterSettings {
  /** The only models that may be chosen; empty for all that can be called. */
  readonly models: readonly string[];
  /** What a solved task is worth, USD. */
  readonly valueUsd: number;
  /** Least chance of success wanted, 0..1. */
  readonly minSuccess: number;
  /** False: always what is thought best, nothing is tried out. */
  readonly explore: boolean;
  readonly policy: PolicyName;
  /** Of a server running on this machine: `small`, small work goes to it; `chain`, it is one of the models chains are made of. */
  readonly preferLocal: 'never' | 'small' | 'chain';
  /** `auto`: candidates work side by side where foresight says that it pays. */
  readonly strategy: 'single' | 'auto';
}

/** What holds when nothing is configured. */
export const defaultSettings: Settings = {
  model: undefined,
  fallback: {},
  cache: 'off',
  permissions: { mode: 'default', allow: [], ask: [], deny: [] },
  limits: {
    maxTurns: 60,
    maxMinutes: 60,
    maxBudgetUsd: 5,
    commandTimeoutSeconds: 120,
    maxOutputTokens: 16_000,
    maxContextTokens: undefined,
    subAgents: 8,
  },
  timeouts: { firstTokenSeconds: 300, idleSeconds: 60 },
  budget: { dayUsd: undefined, monthUsd: undefined },
  sandbox: 'preferred',
  network: false,
  diagnostics: 'syntax',
  search: { embeddings: undefined },
  web: { fetch: 'ask', allowHosts: [], search: undefined },
  telemetry: { traces: 'off', content: false },
  interactive: {
    theme: 'dark',
    vim: false,
    screenReader: false,
    fullscreen: false,
    notifications: 'auto',
    keys: {},
  },
  policies: [],
  agent: 'auto',
  hooks: {},
  declaresHooks: false,
  mcpServers: {},
  mcpSources: [],
  projectMcpServers: true,
  declaresMcpServers: false,
  checks: [],
  repairs: 3,
  providers: {},
  prices: {},
  router: {
    ...{ models: [], valueUsd: 10, minSuccess: 0, explore: true, policy: 'chain-thompson' },
    ...{ preferLocal: 'never', strategy: 'single' },
  },
  catalogue: {},
};

/** Puts a layer on top: single values replace, rule lists, tables and policies add up. `source` names it to people. */
export function withLayer(base: Settings, layer: SettingsFile, source = 'settings'): Settings {
  return {
    model: layer.model ?? base.model,
    fallback: layer.fallback === undefined ? base.fallback : fallbackTable(layer.fallback),
    cache: layer.cache ?? base.cache,
    permissions: mergePermissions(base.permissions, layer.permissions ?? {}),
    limits: mergeLimits(base.limits, layer.limits ?? {}),
    timeouts: mergeTimeouts(base.timeouts, layer.timeouts ?? {}),
    budget: { ...base.budget, ...layer.budget },
    ...mergeReach(base, layer),
    interactive: mergeInteractive(base.interactive, layer.interactive ?? {}),
    policies: layer.policy === undefined ? base.policies : [...base.policies, { ...layer.policy, source }],
    agent: layer.agent ?? base.agent,
    hooks: mergeHooks(base.hooks, layer.hooks),
    declaresHooks: base.declaresHooks,
    mcpServers: { ...base.mcpServers, ...layer.mcpServers },
    mcpSources: base.mcpSources,
    projectMcpServers: base.projectMcpServers,
    declaresMcpServers: base.declaresMcpServers,
    checks: [...base.checks, ...(layer.checks ?? [])],
    repairs: layer.repairs ?? base.repairs,
    providers: { ...base.providers, ...layer.providers },
    prices: { ...base.prices, ...layer.prices },
    router: mergeRouter(base.router, layer.router ?? {}),
    catalogue: mergeCatalogue(base.catalogue, layer.catalogue ?? {}),
  };
}

function mergePermissions(
  base: Settings['permissions'],
  layer: NonNullable<SettingsFile['permissions']>,
): Settings['permissions'] {
  return {
    mode: layer.mode ?? base.mode,
    allow: [...base.allow, ...(layer.allow ?? [])],
    ask: [...base.ask, ...(layer.ask ?? [])],
    deny: [...base.deny, ...(layer.deny ?? [])],
  };
}

function networkOf({ network }: SettingsFile): NetworkAccess | undefined {
  return Array.isArray(network) ? { domains: network } : network;
}

function fallbackTable(given: NonNullable<SettingsFile['fallback']>): Settings['fallback'] {
  return Array.isArray(given) ? { '*': given } : given;
}

function mergeCatalogue(base: CatalogueSettings, layer: CatalogueSettings): CatalogueSettings {
  return {
    models: [...(base.models ?? []), ...(layer.models ?? [])],
    aliases: { ...base.aliases, ...layer.aliases },
  };
}

/** What commands and tools may reach, and what is told to whom. */
function mergeReach(
  base: Settings,
  layer: SettingsFile,
): Pick<Settings, 'sandbox' | 'network' | 'search' | 'web' | 'telemetry' | 'diagnostics'> {
  return {
    search: { embeddings: layer.search?.embeddings ?? base.search.embeddings },
    telemetry: {
      traces: layer.telemetry?.traces ?? base.telemetry.traces,
      content: layer.telemetry?.content ?? base.telemetry.content,
    },
    sandbox: layer.sandbox ?? base.sandbox,
    network: networkOf(layer) ?? base.network,
    diagnostics: layer.diagnostics ?? base.diagnostics,
    web: mergeWeb(base.web, layer.web ?? {}),
  };
}

function mergeWeb(base: Settings['web'], layer: NonNullable<SettingsFile['web']>): Settings['web'] {
  return {
    fetch: layer.fetch ?? base.fetch,
    allowHosts: [...base.allowHosts, ...(layer.allowHosts ?? [])],
    search: layer.search ?? base.search,
  };
}

function mergeInteractive(
  base: InteractiveSettings,
  layer: NonNullable<SettingsFile['interactive']>,
): InteractiveSettings {
  return {
    theme: layer.theme ?? base.theme,
    vim: layer.vim ?? base.vim,
    screenReader: layer.screenReader ?? base.screenReader,
    fullscreen: layer.fullscreen ?? base.fullscreen,
    notifications: layer.notifications ?? base.notifications,
    keys: { ...base.keys, ...layer.keys },
  };
}

function mergeRouter(base: RouterSettings, layer: NonNullable<SettingsFile['router']>): RouterSettings {
  return {
    models: layer.models ?? base.models,
    valueUsd: layer.valueUsd ?? base.valueUsd,
    minSuccess: layer.minSuccess ?? base.minSuccess,
    explore: layer.explore ?? base.explore,
    policy: layer.policy ?? base.policy,
    preferLocal: layer.preferLocal ?? base.preferLocal,
    strategy: layer.strategy ?? base.strategy,
  };
}

function mergeTimeouts(base: Settings['timeouts'], layer: NonNullable<SettingsFile['timeouts']>): Settings['timeouts'] {
  return {
    firstTokenSeconds: layer.firstTokenSeconds ?? base.firstTokenSeconds,
    idleSeconds: layer.idleSeconds ?? base.idleSeconds,
  };
}

function mergeLimits(base: Settings['limits'], layer: NonNullable<SettingsFile['limits']>): Settings['limits'] {
  return {
    maxTurns: layer.maxTurns ?? base.maxTurns,
    maxMinutes: layer.maxMinutes ?? base.maxMinutes,
    maxBudgetUsd: layer.maxBudgetUsd === undefined ? base.maxBudgetUsd : layer.maxBudgetUsd,
    commandTimeoutSeconds: layer.commandTimeoutSeconds ?? base.commandTimeoutSeconds,
    maxOutputTokens: layer.maxOutputTokens ?? base.maxOutputTokens,
    maxContextTokens: layer.maxContextTokens ?? base.maxContextTokens,
    subAgents: layer.subAgents ?? base.subAgents,
  };
}

/**
 * What a repository may configure without being trusted: it may restrict, never grant. Everything else of its settings is
 * dropped and named, because who writes the repository is not who runs the agent.
 */
export function restrictedLayer(layer: SettingsFile): {
  readonly layer: SettingsFile;
  readonly dropped: readonly string[];
} {
  const {
    model,
    permissions,
    limits,
    repairs,
    policy,
    hooks: _afterTrust,
    mcpServers: _alsoAfterTrust,
    ...rest
  } = layer;
  const kept: SettingsFile = {
    ...(model === undefined ? {} : { model }),
    ...(repairs === undefined ? {} : { repairs }),
    ...(policy === undefined ? {} : { policy }),
    permissions: { deny: permissions?.deny ?? [], ask: permissions?.ask ?? [] },
  };
  const dropped = Object.keys(rest).filter((key) => rest[key as keyof typeof rest] !== undefined);
  if (permissions?.allow?.length) dropped.push('permissions.allow');
  if (permissions?.mode) dropped.push('permissions.mode');
  if (limits) dropped.push('limits');
  return { layer: kept, dropped };
}
