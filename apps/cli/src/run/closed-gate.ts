// Where nobody can be asked.
import type { Gate } from '@monkey-coder/agents';

/** The gate of a headless run: nobody can be asked. */
export const closedGate: Gate = { available: false, ask: async () => ({ kind: 'expired' }) };
