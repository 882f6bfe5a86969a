// One agent: messages, permissions, tools, context, loop.
export { type ContextShare, contextShares } from './context/context-shares.ts';
export { importsOf } from './context/imports.ts';
export {
  type InstructionFile,
  type InstructionQuery,
  type Instructions,
  instructionsLimit,
  loadInstructions,
} from './context/instructions.ts';
export { modeNote, planNote, planOverNote } from './context/mode-notes.ts';
export { buildSystem, headHash, type SystemInput } from './context/system.ts';
export { isPlateau, orderIdeas, readIdeas } from './exploration/approaches.ts';
export { type Behaviour, piecesOf, type Standing, voteOnBehaviour } from './exploration/behaviour-vote.ts';
export {
  type CandidateEvidence,
  chooseCandidate,
  countTests,
  posteriorOf,
  survivorsOf,
  undecided,
  whyChosen,
} from './exploration/candidates.ts';
export { type AtWork, weakReason } from './exploration/early-stop.ts';
export { type Hints, literalsIn, methodsIn, perturbedTest, quotedIn } from './exploration/perturb-tests.ts';
export { type CustomCommand, type ExpandedCommand, expandCommand, findCommands } from './extensions/commands.ts';
export {
  askHooks,
  type HookCall,
  type HookEvent,
  type HookOpinion,
  type Hooks,
  subAgentHooks,
} from './extensions/hooks.ts';
export { type ExtensionPlaces, type ExtensionScope, extensionFolders } from './extensions/places.ts';
export { createRememberTool, type Remember } from './extensions/remember-tool.ts';
export { createHooks, type HookCommand, type HookSurroundings } from './extensions/run-hooks.ts';
export { createSkillTool, skillToolName } from './extensions/skill-tool.ts';
export { findSkills, type Skill, skillList } from './extensions/skills.ts';
export type { AgentOptions, AgentResult, AgentState, AgentStop, OpenCall, Record, RunAgent } from './loop/agent.ts';
export { rebuildState } from './loop/rebuild-state.ts';
export { runAgent } from './loop/run-agent.ts';
export { answerText } from './mcp/call-result.ts';
export { type LoginParts, logIn } from './mcp/log-in.ts';
export type {
  Elicitation,
  ElicitationAnswer,
  LoginRecord,
  LoginStore,
  McpParts,
  McpServerState,
  McpTool,
} from './mcp/mcp-client.ts';
export { McpServers } from './mcp/mcp-servers.ts';
export { createMcpTools, findToolsName } from './mcp/mcp-tools.ts';
export { proxiedFetch } from './mcp/proxied-fetch.ts';
export {
  isServerName,
  type McpServerConfig,
  type McpServerEntry,
  mcpServerSchema,
  type ReadServer,
  type RemoteServer,
  readMcpServer,
} from './mcp/server-config.ts';
export { createRedactor, type Redactor } from './messages/redact.ts';
export { historyProblems } from './messages/tool-results.ts';
export {
  type BarrierEnd,
  type BarrierRule,
  type BarrierStanding,
  barrierAfter,
  barrierEnd,
} from './messaging/barrier.ts';
export {
  type BoardAnswer,
  type BoardWrite,
  boardAfter,
  decideWrite,
  type MergeRule,
  type Slot,
} from './messaging/blackboard.ts';
export { countVotes, type Verdict, type VotingRule } from './messaging/consensus.ts';
export { chainBetween, type FactQuery, factsAbout, type KnownFact } from './messaging/knowledge.ts';
export { type Letter, mailFor, type SentMessage, sending } from './messaging/mailbox.ts';
export type { TeamEvent } from './messaging/team-event.ts';
export { asOneLine, createTeamTool, type TeamToolParts } from './messaging/team-tool.ts';
export { type AuctionOptions, awardTask } from './orchestration/auction.ts';
export { type BreakerState, breakerAfter, rejectionOf } from './orchestration/breaker.ts';
export { type ChatOptions, holdChat } from './orchestration/chat.ts';
export {
  type Crew,
  changesOf,
  costOf,
  decided,
  failedStep,
  fieldOf,
  type MemberRequest,
  type PersonQuestion,
  sideBySide,
  WorkStopped,
} from './orchestration/crew.ts';
export { type HandoffOptions, passOn } from './orchestration/handoff.ts';
export { type Arrival, Meeting, type Met } from './orchestration/meeting.ts';
export { leadTeam, type TeamOptions } from './orchestration/team.ts';
export { holdVote, type VoteOptions } from './orchestration/vote.ts';
export { decidePermission } from './permissions/decide.ts';
export type { DecidedBy, PermissionDecision, PermissionFacts, PermissionRequest } from './permissions/decision.ts';
export { type Danger, findDangers } from './permissions/destructive.ts';
export type { Gate, GateAnswer, GateQuestion } from './permissions/gate.ts';
export type { ToolIntent } from './permissions/intent.ts';
export { type Boundary, isInside } from './permissions/paths.ts';
export { isReadOnlyCommand } from './permissions/read-only.ts';
export {
  commandMatches,
  hostMatches,
  type PermissionRule,
  parseRule,
  pathMatches,
  type RuleSet,
} from './permissions/rules.ts';
export { readShell, type ShellCommand, type ShellReading } from './permissions/shell-commands.ts';
export { parseShell } from './permissions/shell-parser.ts';
export type { ParsedShell, ShellJoin, ShellRedirect, ShellSegment, ShellWord } from './permissions/shell-syntax.ts';
export type { AgentDefinition } from './registry/agent-definition.ts';
export { type AgentStamp, defaultAgent, stampOf, stricterMode } from './registry/agent-stamp.ts';
export { type AgentChoice, agentThreshold, chooseAgent } from './registry/choose-agent.ts';
export { agentsFor, findAgents } from './registry/find-agents.ts';
export { builtinAgents } from './registry/personas.ts';
export { builtinTools, type OfferedEditFormat, type ToolMeans } from './tools/builtin.ts';
export { createDelegateTool, type Delegate, delegateName, noDelegate, type SubTask } from './tools/delegate.ts';
export { jsonSchemaOf, toolDeclarations } from './tools/json-schema.ts';
export { type ParsedArguments, parseArguments } from './tools/parse-arguments.ts';
export type { Recall, RecallHit } from './tools/recall.ts';
export type { PreparedCall, Tool, ToolContext, ToolResult } from './tools/tool.ts';
export { createPageFetcher, type FetchedPage, type PageFetcher, type PageFetcherOptions } from './web/fetch-page.ts';
export {
  createWebSearch,
  type SearchWeb,
  type WebResult,
  type WebSearchAnswer,
  type WebSearchService,
} from './web/search-web.ts';
