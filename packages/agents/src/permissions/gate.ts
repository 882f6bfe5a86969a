// The seam to a person who may be asked.

/** A question to a person. */
export interface GateQuestion {
  readonly callId: string;
  readonly tool: string;
  /** Exactly what would be granted, one line each. */
  readonly grants: readonly string[];
  /** Why it is asked. */
  readonly reason: string;
  /** Rule that "always" would add for this session, shown before it is given; absent when it may only be allowed once. */
  readonly alwaysRule?: string;
}

/** The three are never confused: a person said yes, a person said no, nobody answered in time. */
export type GateAnswer =
  | { readonly kind: 'answered'; readonly scope: 'once' | 'session' }
  | { readonly kind: 'denied'; readonly message?: string }
  | { readonly kind: 'expired' };

/** Asks a person. `available` is false when nobody can be asked (headless): then it is never called. */
export interface Gate {
  readonly available: boolean;
  ask(
    question: GateQuestion,
    options: { readonly deadlineMs?: number; readonly signal: AbortSignal },
  ): Promise<GateAnswer>;
}
