// Events of agents that work together, as patterns and messages see them.
import type { EventBody } from '@monkey-coder/protocol';

/** An event that belongs to a step. */
export type TeamEvent = Extract<EventBody, { readonly step: string }>;
