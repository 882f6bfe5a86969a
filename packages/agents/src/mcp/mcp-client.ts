// The seam to MCP servers: what the tools and the engine know of them, so that the SDK is loaded only when a server is used.
/** A tool of a server; `resource` and `prompt` stand for what the protocol offers beside tools. */
export interface McpTool {
  /** `mcp__server__tool`: what rules and the model call it. */
  readonly fullName: string;
  readonly server: string;
  readonly kind: 'tool' | 'resource' | 'prompt';
  /** What the server calls it. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments, as the server sent it. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** The server's own word that it only reads: shown, never relied on. */
  readonly saysReadOnly: boolean;
}

/** How a server stands. */
export interface McpServerState {
  readonly name: string;
  readonly kind: 'local' | 'remote';
  readonly status: 'not started' | 'ready' | 'failed' | 'needs-login';
  /** Why it failed, or what to do. */
  readonly problem?: string;
  readonly tools: readonly McpTool[];
  /** What its tools would take in each request if they were declared, in tokens. */
  readonly tokens: number;
  readonly calls: number;
  readonly callMs: number;
  readonly startMs: number;
}

/** A server asks a person for something while it answers a call. */
export interface Elicitation {
  readonly server: string;
  readonly message: string;
  /** JSON Schema of a flat form; absent when it is an address to be opened. */
  readonly form?: Readonly<Record<string, unknown>>;
  readonly url?: string;
}

/** What the person said. */
export type ElicitationAnswer =
  | { readonly action: 'accept'; readonly content?: Readonly<Record<string, string | number | boolean | string[]>> }
  | { readonly action: 'decline' | 'cancel' };

/** What is wrong with a value by a JSON Schema; undefined when nothing is. Throws for a schema that cannot be read. */
export type SchemaProblem = (value: unknown, schema: Readonly<Record<string, unknown>>) => string | undefined;

/** What is kept of a login at one server. The parts are those of the OAuth client, kept as they came. */
export interface LoginRecord {
  readonly client?: unknown;
  readonly tokens?: unknown;
  readonly discovery?: unknown;
  readonly redirectUrl?: string;
  /** What the server said when it last refused: where its metadata is, and the scope that was missing. */
  readonly challenge?: { readonly resourceMetadataUrl?: string; readonly scope?: string };
}

/** Logins by address of the server. */
export interface LoginStore {
  /** Empty where there is none. */
  read(server: string): LoginRecord;
  write(server: string, record: LoginRecord | undefined): void;
  /** Does something while no other process does it for the same server. */
  locked<T>(server: string, work: () => Promise<T>): Promise<T>;
}

/** What connections work with. */
export interface McpParts {
  readonly productVersion: string;
  /** Real path of the workspace: where local servers start, and the root that servers are told. */
  readonly root: string;
  readonly stateFolder: string;
  /** The user's environment; local servers get it without secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A name that nothing else has, for a process. */
  readonly newMarker: () => string;
  readonly now: () => number;
  /** Loads what judges values by JSON Schema; asked for when a server is first used. */
  readonly loadSchemaProblem: () => Promise<SchemaProblem>;
  readonly elicit: (question: Elicitation, signal: AbortSignal) => Promise<ElicitationAnswer>;
  /** Told what a server offers, each time it is listed. */
  readonly onOffers?: (server: string, tools: readonly McpTool[]) => void;
  readonly fetch: typeof fetch;
  readonly logins: LoginStore;
}
