// For tests of agents and of tools: a model that plays answers, and what every tool must hold.
export { makeTestFolder, openTestWorkspace, type TestFolder } from './open-folder.ts';
export { createPlayedModel, type PlayedModel, type PlayedStep, type PlayedTurn } from './played-model.ts';
export { type ConformanceCase, type ToolSubject, testContext, toolConformance } from './tool-conformance.ts';
