// See, search, change and run a codebase.
export type { CommandRequest, CommandResult, CommandRunner, SandboxStatus } from './commands/command-runner.ts';
export type { Edit, EditFormat, EditRefusal, EditRefusalCode, StringReplacement } from './edits/edit.ts';
export type { Evidence, ProjectCheck, ProjectFacts } from './project/project-facts.ts';
export type { FileLister, SearchMatch, TextSearch } from './search/search.ts';
export type { SnapshotEntry, SnapshotStore, UndoReport, UndoTarget } from './snapshots/snapshot-store.ts';
export type { ChangePlan, FileText, PlannedFile, PlanState, Workspace } from './workspace.ts';
