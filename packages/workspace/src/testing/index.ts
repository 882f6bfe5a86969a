// Conformance cases for everyone who implements a seam of this package.
export type { ConformanceCase } from './case.ts';
export { type CommandFixture, commandRunnerCases } from './command-runner-cases.ts';
export { fillSnapshotFolder, type SnapshotFixture, snapshotStoreCases } from './snapshot-store-cases.ts';
export { fillWorkspaceFolder, type WorkspaceFixture, workspaceCases } from './workspace-cases.ts';
