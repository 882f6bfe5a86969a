// See, search, change and run a codebase.

export { type CheckLimits, type CheckResult, describeFinding, type Finding } from './checks/check.ts';
export type { FormatOutcome } from './checks/format-check.ts';
export type { MutantResult, MutationReport } from './checks/mutation-check.ts';
export type { CheckRequest, ProjectChecks } from './checks/project-checks.ts';
export type { CopyRun, ProjectCopy } from './checks/project-copy.ts';
export {
  type CheckCommand,
  type CheckOptions,
  type CheckOutcome,
  type CheckPlace,
  runCheck,
} from './checks/run-check.ts';
export { describeProblem, type SyntaxChange } from './checks/syntax-check.ts';
export type { AnswerLimits, CodeIntelligence, RankedMatch, ReferencePlace } from './code/code-intelligence.ts';
export type { CodeMap, MapRequest } from './code/code-map.ts';
export type { CodeParser, FileOutline, SyntaxProblem } from './code/code-parser.ts';
export { type LanguageId, languageOfPath, languages } from './code/language.ts';
export type { IndexState, SymbolPlace } from './code/symbol-index.ts';
export type {
  BackgroundCommands,
  BackgroundStatus,
  CommandRequest,
  CommandResult,
  CommandRunner,
  NetworkAccess,
  SandboxStatus,
} from './commands/command-runner.ts';
export { isDomainRule } from './commands/domain-rules.ts';
export { type PeerProcess, type PeerProcessOptions, startPeerProcess } from './commands/peer-process.ts';
export { anchorOf } from './edits/anchors.ts';
export { applyEdit, applyEditToText, type EditedFile, type EditFiles, type EditResult } from './edits/apply.ts';
export type { AnchorChange, Edit, EditFormat, EditRefusal, EditRefusalCode, StringReplacement } from './edits/edit.ts';
export { type MergeResult, merge3 } from './edits/merge.ts';
export { diffStat, unifiedDiff } from './edits/unified-diff.ts';
export { isProtectedName } from './files/path-rules.ts';
export { type CommitOptions, type CommitReport, commitChanges } from './git/commit.ts';
export { type ChangedFile, type ChangeText, type DescribeChange, describeChange } from './git/commit-message.ts';
export { type PullRequestOptions, type PullRequestText, pullRequestText } from './git/pull-request.ts';
export { createGitRunner, type GitOptions, type GitResult, type RunGit, runGit } from './git/run-git.ts';
export {
  listWorktrees,
  removeWorktree,
  type WorktreeEntry,
  type WorktreeRemoval,
} from './git/worktrees.ts';
export { loadCodeIntelligence, loadCodeParser } from './lazy-code.ts';
export type { CodeIntelligenceOptions } from './local-code-intelligence.ts';
export type { WorkspaceOptions } from './local-parts.ts';
export { createWorkspace } from './local-workspace.ts';
export { analyseProject } from './project/analyse.ts';
export type { Evidence, ProjectCheck, ProjectFacts } from './project/project-facts.ts';
export type { CodingPattern, Dependency, ProjectProfile } from './project/project-profile.ts';
export type { Embedder } from './search/embedder.ts';
export { createFileLister, type FileListerOptions } from './search/file-lister.ts';
export { compileGlob, type PathMatcher } from './search/glob.ts';
export type { FileLister, SearchMatch, TextSearch } from './search/search.ts';
export { createTextSearch, type TextSearchOptions } from './search/text-search.ts';
export type { SnapshotEntry, SnapshotStore, UndoReport, UndoTarget } from './snapshots/snapshot-store.ts';
export { type FileWatch, type WatchOptions, watchFiles } from './watch/watch-files.ts';
export type { ChangePlan, FileText, LineRange, OuterFiles, PlannedFile, PlanState, Workspace } from './workspace.ts';
