// What all runs of one engine share.
import type { Tool } from '@monkey-coder/agents';
import type { BudgetScope } from '@monkey-coder/models';
import type { IdPrefix } from '@monkey-coder/protocol';
import type { ReplayLine } from '@monkey-coder/router';
import type { Workspace } from '@monkey-coder/workspace';
import type { Homes } from '../config/homes.ts';
import type { KeyCommands } from '../config/key-command.ts';
import type { KeyStore } from '../config/key-store.ts';
import type { Settings } from '../config/settings.ts';
import type { createJsonlLedger } from '../ledger/jsonl-ledger.ts';
import type { ModelTraffic } from '../model-calls/model-traffic.ts';
import type { SessionStore } from '../sessions/session-store.ts';

/** Money that the calls of several runs count against. */
export interface OuterScope extends BudgetScope {
  /** Nobody set its cap: it is dropped where a price is unknown, as that of a run is. */
  readonly isDefaultCap?: boolean;
}

/** The shared parts. */
export interface EngineParts {
  readonly homes: Homes;
  readonly settings: Settings;
  /** What was wrong with the settings, for the notes of a quote. */
  readonly warnings: readonly string[];
  readonly productVersion: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's own instructions file; need not exist. */
  readonly userInstructions: string;
  readonly sessions: SessionStore;
  readonly ledger: ReturnType<typeof createJsonlLedger>;
  /** Money of the run that this one works for: every call counts there too, also after a crash. */
  readonly parentScope?: OuterScope;
  /** Money further out: of the workflow, and of the one that called it. */
  readonly outerScopes?: readonly OuterScope[];
  /** Tools that the one this run works for lends it, after all others. */
  readonly lentTools?: readonly Tool[];
  /** Takes the checkout for a run that began in plan mode; says why it cannot. */
  readonly leavePlan?: () => string | undefined;
  readonly keys: KeyStore;
  readonly keyCommands: KeyCommands;
  readonly traffic: ModelTraffic;
  /** Adds to what the router learns from. */
  readonly rememberRoute: (line: ReplayLine) => void;
  /** `stateFolder` is for folders of a moment, whose snapshots need not stay. */
  readonly openWorkspace: (root: string, addedFolders: readonly string[], stateFolder?: string) => Promise<Workspace>;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: (prefix: IdPrefix) => string;
}
