// The words that cross a boundary: messages, model events, session events, outcomes, errors.
export { describeIssues } from './describe-issues.ts';
export { type ErrorCode, errorMessage, errorTable, isMonkeyError, MonkeyError } from './errors.ts';
export {
  type EffectPlan,
  type Envelope,
  type Event,
  type EventBody,
  type EventOf,
  type EventType,
  envelopeSchema,
  eventBodySchema,
  sessionLogVersion,
  type TodoItem,
  type ToolStatus,
  todoItemSchema,
  transientEventTypes,
} from './events.ts';
export { exitCodeOf, exitCodeOfOutcome, exitCodes } from './exit-codes.ts';
export { createIdSource, type IdPrefix } from './ids.ts';
export {
  interpretSchemas,
  type JsonObject,
  type JsonSchema,
  type JsonValue,
  jsonObjectSchema,
  jsonValueSchema,
  parseJson,
} from './json.ts';
export {
  type FilePart,
  type ImagePart,
  type Message,
  type MessageOrigin,
  messageSchema,
  messageText,
  type Part,
  type ReasoningPart,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
  toolCalls,
  userMessage,
} from './message.ts';
export {
  type DialectName,
  type FinishReason,
  type ModelErrorCode,
  type ModelEvent,
  type ModelFailure,
  type ModelRequest,
  type ModelTerminalEvent,
  modelErrorCodeSchema,
  noUsage,
  type ReasoningEffort,
  type ToolDeclaration,
  type Usage,
  usageSchema,
} from './model.ts';
export { formatMicroUsd, microUsd } from './money.ts';
export { nearestNames } from './nearest.ts';
export {
  type CheckKind,
  type FileChange,
  type Forecast,
  forecastSchema,
  type Interval,
  type Outcome,
  outcomeSchema,
  type Quote,
  type Receipt,
  type RunStatus,
} from './outcome.ts';
export type { Pin, Relief } from './relief.ts';
export {
  type Limits,
  type PermissionMode,
  permissionModeSchema,
  type Task,
  type TaskKind,
  taskSchema,
} from './task.ts';
export type { Ballot, Bid, StepResult } from './teamwork.ts';
export {
  isAtLeast,
  type ReviewFinding,
  readingKinds,
  type Severity,
  severitySchema,
  type Work,
  type WorkEvidence,
  type WorkKind,
  type WorkReport,
  workKindSchema,
} from './work.ts';
