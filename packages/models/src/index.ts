// Call any model one way; know what it costs.
export type { BudgetRefusal, BudgetScope, Ledger, Reservation, ScopeUse } from './budget/ledger.ts';
export type {
  Dialect,
  DialectQuirks,
  WireDecoder,
  WireEncoder,
  WireRequest,
  WireResponseHead,
} from './dialects/dialect.ts';
export type { LanguageModel, ModelDecorator, ModelIdentity } from './language-model.ts';
