// Call any model one way; know what it costs.
export type { AiSdkOptions } from './adapters/ai-sdk-options.ts';
export { fromAiSdk } from './adapters/from-ai-sdk.ts';
export {
  type BudgetOptions,
  budgeted,
  type ReservedNotice,
  type SettledNotice,
} from './budget/budgeted.ts';
export type { BudgetRefusal, BudgetScope, Ledger, Reservation, ScopeUse } from './budget/ledger.ts';
export { createMemoryLedger } from './budget/memory-ledger.ts';
export { type CacheOptions, cached } from './cache/cached.ts';
export { createResponseStore, type ResponseStore } from './cache/response-store.ts';
export { type PrefixChange, watchingPrefix } from './cache/watching-prefix.ts';
export { type Catalogue, type CatalogueLayers, createCatalogue, type ModelOverride } from './catalogue/catalogue.ts';
export { type CatalogueSettings, catalogueSettingsSchema, toOverride } from './catalogue/catalogue-settings.ts';
export { isAlive, type ModelFacts, type ModelPrice, type Rates } from './catalogue/model-facts.ts';
export { costMicroUsd, type EffectivePrice, priceOf, worstCaseMicroUsd } from './catalogue/price.ts';
export { type CatalogueRead, readCatalogueText } from './catalogue/read-catalogue.ts';
export { type RefreshOptions, type RefreshResult, refreshCatalogue, storedCatalogue } from './catalogue/refresh.ts';
export { type ModelResolution, type ResolveOptions, resolveModelName } from './catalogue/resolve.ts';
export { type Tier, tierModel } from './catalogue/tiers.ts';
export { estimateTokens, inputTokensUpperBound } from './catalogue/token-estimate.ts';
export { classifyFailure } from './dialects/classify.ts';
export type {
  Dialect,
  DialectQuirks,
  WireDecoder,
  WireEncoder,
  WireRequest,
  WireResponseHead,
} from './dialects/dialect.ts';
export { dialectNamed, dialects } from './dialects/dialects.ts';
export { repairConversation } from './dialects/repair.ts';
export type { LanguageModel, ModelDecorator, ModelIdentity } from './language-model.ts';
export { createLocalEmbedder, type TextEmbedder } from './providers/embeddings.ts';
export { fitRequest, outputLimit } from './providers/fit-request.ts';
export { type KeyVerdict, type ListTarget, listModels, type ModelList, validateKey } from './providers/list-models.ts';
export { findLocalServers } from './providers/local-servers.ts';
export { priceLookup } from './providers/price-lookup.ts';
export { createProviderModel, type ProviderModelOptions } from './providers/provider-model.ts';
export { Secret } from './providers/secret.ts';
export {
  type AuthShape,
  type DialectEndpoint,
  type LocalServer,
  type ProviderEntry,
  providerEntry,
  providerTable,
  wireQuirks,
} from './providers/table.ts';
export { availableProviders, type ModelTarget, resolveTarget, type TargetRequest } from './providers/target.ts';
export { type BreakingOptions, breaking, type CallSample } from './resilience/breaking.ts';
export { type Admission, CircuitBreaker, type OpenCircuit } from './resilience/circuit-breaker.ts';
export { type Candidate, type FailoverOptions, failingOver, type TakeOver } from './resilience/failing-over.ts';
export { healthAfter, type ModelHealth } from './resilience/health.ts';
export { CallQueue, limiting } from './resilience/limiting.ts';
export { RateWindow } from './resilience/rate-window.ts';
export {
  decideRetry,
  type RetryDecision,
  type RetryOptions,
  retrying,
  sleepUntilAborted,
} from './resilience/retrying.ts';
export { parseScenarioText, readScenario } from './scripted/read-scenario.ts';
export type { Scenario, ScenarioTurn } from './scripted/scenario.ts';
export { createScriptedModel } from './scripted/scripted-model.ts';
export {
  type ScriptedRequest,
  type ScriptedServer,
  type ServeOptions,
  serveScripted,
} from './scripted/scripted-server.ts';
export { modelFailure } from './transport/failures.ts';
export {
  createHttpClient,
  type HostResolver,
  type HttpClient,
  type HttpClientOptions,
} from './transport/http-client.ts';
export { type ProxyFor, proxyFromEnvironment } from './transport/proxy.ts';
export { defaultWatchdogLimits, type WatchdogLimits } from './transport/watchdogs.ts';
export { keepYoungHeapSmall } from './transport/young-heap.ts';
