// One task from request to verified outcome.

export { createEngine, type EngineOptions } from './assembly/create-engine.ts';
export { type AgentHealth, type AgentStore, createAgentStore } from './config/agent-store.ts';
export { type Homes, projectKey, resolveHomes } from './config/homes.ts';
export { createKeyStore, type KeyStore, keyFingerprint } from './config/key-store.ts';
export { firstKeys, type KeySources, knownKeys } from './config/known-keys.ts';
export {
  type LoadedSettings,
  loadSettings,
  parseSettings,
  type SettingsSource,
  settingsSources,
} from './config/load-settings.ts';
export { type Fact, type MemoryStore, openMemory } from './config/memory-store.ts';
export {
  declaringFiles,
  type ProjectDeclaration,
  type ProjectDeclarations,
  readProjectDeclarations,
} from './config/project-declarations.ts';
export { searchEmbedder } from './config/search-embedder.ts';
export {
  defaultSettings,
  type InteractiveSettings,
  type Settings,
  type SettingsFile,
  settingsSchema,
} from './config/settings.ts';
export { createTrustStore, decideTrust, type FolderTrust, type TrustStore, trustLines } from './config/trust.ts';
export { refreshedCatalogueFile, userCatalogue } from './config/user-catalogue.ts';
export { type CopyCleaning, cleanCopies, type KeptCopy, keptCopies } from './crew/kept-copies.ts';
export type {
  EditorFiles,
  Engine,
  RunConnection,
  RunReport,
  SessionChoice,
  WorkflowReport,
  WorkflowRequest,
} from './engine.ts';
export {
  type CandidateCleaning,
  cleanCandidates,
  type KeptCandidate,
  keptCandidate,
  keptCandidates,
} from './exploration/kept-candidates.ts';
export { createServers, readServers, type ServerWorld } from './extensions/mcp.ts';
export { createLoginStore } from './extensions/mcp-logins.ts';
export { expandMcpPrompt, knownMcpPrompts, usageOf } from './extensions/mcp-prompts.ts';
export { auditFiles } from './kinds/audit.ts';
export { reviewMaterial } from './kinds/review-material.ts';
export { toSarif } from './kinds/sarif.ts';
export { workPrompt } from './kinds/work-prompt.ts';
export { createJsonlLedger } from './ledger/jsonl-ledger.ts';
export { type HealthRecord, type HealthTable, readHealth } from './model-calls/health-store.ts';
export { refuseBadSchema, stripFence } from './outcome/structured-answer.ts';
export { extensionPlaces } from './parts/extension-places.ts';
export { wasCutShort } from './parts/open-session.ts';
export { findPeerItems } from './peers/load-peers.ts';
export { type PeerItem, type PeerName, peerNames } from './peers/peer-items.ts';
export { applyImport, type ImportStep, planImport } from './peers/plan-import.ts';
export { removeIdleWorktree } from './run/worktree.ts';
export { createWorktree } from './run/worktree-on-demand.ts';
export { createJsonlSessionStore } from './sessions/jsonl-session-store.ts';
export type { SessionStore, SessionSummary, SessionWriter } from './sessions/session-store.ts';
export { readSessionFile, type SessionFile } from './transcripts/read-session-file.ts';
export { toAtif } from './transcripts/to-atif.ts';
export { checkWorkflow } from './workflows/check-workflow.ts';
export { type DefinedStep, defineWorkflow, type StepMaker } from './workflows/define-workflow.ts';
export { drawMermaid } from './workflows/draw-mermaid.ts';
export { drawSvg } from './workflows/draw-svg.ts';
export { loadWorkflowModule } from './workflows/load-module.ts';
export type { PlacedProblem, ReadWorkflow } from './workflows/read-result.ts';
export { pathText, readWorkflow } from './workflows/read-workflow.ts';
export type { Step, Workflow, WorkflowDefinition, WorkflowProblem } from './workflows/workflow.ts';
