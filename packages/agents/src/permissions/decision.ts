// What a permission decision is made from and what it says.
import type { PermissionMode } from '@monkey-coder/protocol';
import type { ToolIntent } from './intent.ts';
import type { Boundary } from './paths.ts';
import type { RuleSet } from './rules.ts';

/** What is known about the place a call would run in. */
export interface PermissionFacts extends Boundary {
  /** Paths of the call that the workspace resolved to somewhere outside. */
  readonly outside: readonly string[];
  /** Shell text of the project's own checks. */
  readonly checkCommands: readonly string[];
  /** Whether commands run in a sandbox that is enforced. */
  readonly isSandboxed: boolean;
  /** Whether somebody can be asked. */
  readonly canAsk: boolean;
}

/** A call to decide on. */
export interface PermissionRequest {
  readonly tool: string;
  readonly intent: ToolIntent;
  readonly mode: PermissionMode;
  readonly rules: RuleSet;
  readonly facts: PermissionFacts;
  /** What the user's hooks say about the call; absent when there are none. */
  readonly hook?: HookWord;
}

/** The word of hooks on a call. */
export interface HookWord {
  readonly decision: 'allow' | 'ask' | 'deny' | 'none';
  readonly reason: string;
}

/** Who decided. */
export type DecidedBy = 'mode' | 'rule' | 'guard' | 'hook' | 'headless';

/** The decision, with its reason. */
export interface PermissionDecision {
  readonly kind: 'allow' | 'deny' | 'ask';
  readonly by: DecidedBy;
  /** One sentence without a full stop. */
  readonly reason: string;
  /** Exactly what would be granted, one line each. */
  readonly grants: readonly string[];
  /** Rule that "always" would add; absent when it may only be allowed once. */
  readonly alwaysRule?: string;
}
