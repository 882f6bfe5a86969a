// The little every run knows of agents: who works by default, how one is recorded, how it is bound.
import type { PermissionMode } from '@monkey-coder/protocol';

/** Name of the agent that works where none is chosen; its words are the base prompt itself. */
export const defaultAgent = 'developer';

/** Which agent did something: enough to find its exact text again. */
export interface AgentStamp {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
}

/** The stamp of an agent. */
export function stampOf({ name, version, hash }: AgentStamp): AgentStamp {
  return { name, version, hash };
}

const freedom: readonly PermissionMode[] = ['plan', 'dontAsk', 'default', 'acceptEdits', 'auto', 'bypassPermissions'];

/** The stricter of two modes: an agent's definition never widens what its run may do. */
export function stricterMode(mode: PermissionMode, bound: PermissionMode | undefined): PermissionMode {
  return bound !== undefined && freedom.indexOf(bound) < freedom.indexOf(mode) ? bound : mode;
}
