// One task from request to verified outcome.
export type { Engine, RunConnection, RunReport, SessionChoice } from './engine.ts';
export type { SessionStore, SessionSummary, SessionWriter } from './sessions/session-store.ts';
