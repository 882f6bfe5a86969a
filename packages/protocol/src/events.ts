// The one event union: what happens in a session, in the order it happens.
//
// Recorded events are written to the session's log before anything acts on them; a session can be rebuilt from them.
// Transient events (`transientEventTypes`) only feed screens: the recorded event that follows carries the whole.
import * as z from 'zod/mini';
import { messageOriginSchema, messageSchema } from './message.ts';
import { finishReasonSchema, modelFailureSchema, usageSchema } from './model.ts';
import { fileChangeSchema, forecastSchema, outcomeSchema, quoteSchema, receiptSchema } from './outcome.ts';
import { reliefSchema } from './relief.ts';
import { permissionModeSchema, taskKindSchema, taskSchema } from './task.ts';
import { teamworkEventSchemas } from './teamwork.ts';

/** Version of the session log's records. A reader refuses newer ones and migrates older ones. */
export const sessionLogVersion = 1;

/** What a tool call will do to the world, written down before it does it. */
export const effectPlanSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({
    kind: z.literal('files'),
    /** Content hashes before and after; null where the file does not exist. */
    files: z.array(z.object({ path: z.string(), before: z.nullable(z.string()), after: z.nullable(z.string()) })),
  }),
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    /** Reads only: running it again does no harm. */
    readOnly: z.boolean(),
    /** Snapshot taken before it; absent when read-only. */
    snapshotId: z.optional(z.string()),
  }),
]);
export type EffectPlan = z.infer<typeof effectPlanSchema>;

/** What a comparison says of one candidate; absent where it could not be told. */
const comparedSchema = z.object({
  candidate: z.number(),
  /** Share of the candidates on its side where they behave differently, 0..1. */
  agreement: z.optional(z.number()),
  /** Candidates that behave alike carry the same word. */
  behaviour: z.optional(z.string()),
  /** Tests written for the task that it passes, of those that were kept. */
  keptTests: z.optional(z.object({ passed: z.number(), of: z.number() })),
  /** Share of wrong versions of its lines that the tests notice, 0..1. */
  noticed: z.optional(z.number()),
  /** What a reviewer gives it, 0..1. */
  review: z.optional(z.number()),
  /** What fails of the tests as they were. */
  oldTests: z.optional(z.string()),
});

/** Path to content hash (null: gone) of files that changed since the model saw them, and that it needs no telling of any more. */
const noted = z.optional(z.record(z.string(), z.nullable(z.string())));

export const toolStatusSchema = z.enum(['ok', 'failed', 'denied', 'cancelled', 'unknown']);
/** How a tool call ended. `unknown`: a crash came between the effect and its record. */
export type ToolStatus = z.infer<typeof toolStatusSchema>;

export const todoItemSchema = z.object({ text: z.string(), status: z.enum(['pending', 'in_progress', 'done']) });
export type TodoItem = z.infer<typeof todoItemSchema>;

const callId = z.string();
/** Which agent it was: name, its author's version, and the hash of its exact text. */
const agentStamp = z.object({ name: z.string(), version: z.string(), hash: z.string() });
/** What a model call is for; absent for a turn of the agent. */
const purpose = z.optional(z.enum(['compaction']));

/** Sessions, runs and who works in them. */
const sessionEvents = () =>
  [
    z.object({
      type: z.literal('session.started'),
      logVersion: z.number(),
      productVersion: z.string(),
      cwd: z.string(),
      /** Session and sequence number this one was forked after. */
      forkedFrom: z.optional(z.object({ sessionId: z.string(), seq: z.number() })),
      /** Session of the workflow that a member works for in this one. */
      partOf: z.optional(z.string()),
    }),
    z.object({ type: z.literal('session.renamed'), title: z.string() }),
    z.object({
      type: z.literal('run.started'),
      task: taskSchema,
      taskKind: taskKindSchema,
      quote: quoteSchema,
      /** System text and its hash: resume replays the same bytes. */
      system: z.string(),
      headHash: z.string(),
      tools: z.array(z.string()),
      sandbox: z.string(),
      project: z.string(),
      /** The agent that works; absent for the default one, whose text is `system` itself. */
      agent: z.optional(
        z.extend(agentStamp, {
          /** `user`: named, and bound by its definition; `task`: chosen by the task's words, for its words alone. */
          chosenBy: z.enum(['user', 'task']),
          confidence: z.number(),
          reason: z.string(),
        }),
      ),
    }),
    z.object({
      /** A sub-agent works as an agent of the registry; in the envelope, the call that asked for it. */
      type: z.literal('agent.started'),
      agent: agentStamp,
    }),
    z.object({ type: z.literal('run.resumed'), afterSeq: z.number() }),
  ] as const;

/** Which model works, and who takes over. */
const routeEvents = () =>
  [
    z.object({
      type: z.literal('route.decided'),
      policy: z.string(),
      provider: z.string(),
      model: z.string(),
      propensity: z.number(),
      reason: z.string(),
      /** What follows is there when the router chose among several models. Names, `provider/model`, in the order they are tried. */
      chain: z.optional(z.array(z.string())),
      work: z.optional(z.string()),
      project: z.optional(z.string()),
      numbers: z.optional(z.array(z.number())),
      hasChecks: z.optional(z.boolean()),
      valueMicroUsd: z.optional(z.number()),
      options: z.optional(z.array(z.object({ chain: z.array(z.string()), propensity: z.number() }))),
      isExploring: z.optional(z.boolean()),
      exploreCostMicroUsd: z.optional(z.number()),
      decisionMs: z.optional(z.number()),
      forecast: z.optional(forecastSchema),
    }),
    z.object({
      /** The checks rejected what a model of the chain made, or it could not go on: the next one takes over. */
      type: z.literal('route.escalated'),
      from: z.string(),
      to: z.string(),
      verdict: z.enum(['rejected', 'none']),
      reason: z.string(),
      /** What is expected of the rest of the plan now: its success, and cost and time from here on. */
      forecast: z.optional(forecastSchema),
    }),
  ] as const;

/** Candidates side by side. */
const explorationEvents = () =>
  [
    z.object({
      /** Ideas of how to go about the task, in the order in which candidates are given them. */
      type: z.literal('approaches.drawn'),
      approaches: z.array(z.string()),
    }),
    z.object({
      /** A candidate of an exploration begins, or goes on in a later round, in a folder and a session of its own. */
      type: z.literal('candidate.started'),
      candidate: z.number(),
      round: z.number(),
      folder: z.string(),
      approach: z.string(),
      /** Hash of the user's files that all candidates began with: nothing is applied to others. */
      tree: z.string(),
      /** Session in which it works, and the last record in it before this round: after a crash it goes on there. */
      candidateSession: z.optional(z.string()),
      afterSeq: z.optional(z.number()),
    }),
    z.object({
      /** A run in the name of an exploration that is no candidate begins: ideas, tests written for the task, a review, the last pass. */
      type: z.literal('helper.started'),
      purpose: z.enum(['ideas', 'tests', 'review', 'last-pass']),
      helperSession: z.string(),
      afterSeq: z.number(),
    }),
    z.object({
      type: z.literal('candidate.scored'),
      candidate: z.number(),
      round: z.number(),
      folder: z.string(),
      candidateSession: z.string(),
      outcome: outcomeSchema,
      /** Chance of being right, 0..1, after its checks. */
      posterior: z.number(),
      /** Candidates with the same change carry the same word. */
      cluster: z.string(),
    }),
  ] as const;

/** How candidates are compared, and which is taken. */
const choiceEvents = () =>
  [
    z.object({
      /** A comparison of candidates begins; it may take a minute, and nothing else is said meanwhile. */
      type: z.literal('comparison.started'),
      by: z.string(),
    }),
    z.object({
      /** A comparison of candidates came to its end; going on after a crash takes what it came to from here. */
      type: z.literal('candidates.compared'),
      /** What was compared: `behaviour`, `tests`, `mutation 2`, `review`, `combination 1+3, round 1`. */
      by: z.string(),
      found: z.array(comparedSchema),
    }),
    z.object({
      /** How an exploration ended; without `candidate` none was proven and nothing was applied. */
      type: z.literal('candidate.chosen'),
      candidate: z.optional(z.number()),
      reason: z.string(),
      /** All candidates side by side, as a table for people. */
      evidence: z.optional(z.string()),
      /** What the candidate says of its change; where nobody changed anything, the first answer. */
      text: z.optional(z.string()),
    }),
  ] as const;

/** What is said to models and by them, and what it costs. */
const modelEvents = () =>
  [
    z.object({
      type: z.literal('message.added'),
      message: messageSchema,
      origin: messageOriginSchema,
      /** What this message tells of changed files, so that resume does not tell it again. */
      noted,
    }),
    z.object({
      type: z.literal('model.started'),
      callId,
      turn: z.number(),
      provider: z.string(),
      model: z.string(),
      estimatedInputTokens: z.number(),
      purpose,
    }),
    z.object({ type: z.literal('text.delta'), callId, text: z.string() }),
    z.object({ type: z.literal('reasoning.delta'), callId, text: z.string() }),
    z.object({
      type: z.literal('model.retried'),
      callId,
      attempt: z.number(),
      delayMs: z.number(),
      failure: modelFailureSchema,
    }),
    z.object({
      type: z.literal('model.ended'),
      callId,
      message: messageSchema,
      finishReason: finishReasonSchema,
      model: z.string(),
      usage: usageSchema,
      costMicroUsd: z.nullable(z.number()),
      durationMs: z.number(),
      firstTokenMs: z.nullable(z.number()),
      purpose,
    }),
    z.object({
      type: z.literal('model.failed'),
      callId,
      failure: modelFailureSchema,
      partial: messageSchema,
      usage: usageSchema,
      costMicroUsd: z.nullable(z.number()),
    }),
    z.object({ type: z.literal('budget.reserved'), callId, reservationId: z.string(), amountMicroUsd: z.number() }),
    z.object({
      type: z.literal('budget.settled'),
      callId,
      reservationId: z.string(),
      amountMicroUsd: z.number(),
      /** Who is charged, `provider/model`; logs of version 0.1.0 do not have it. */
      model: z.optional(z.string()),
    }),
  ] as const;

/** Tool calls: as they were made, allowed, run. */
const callEvents = () =>
  [
    /** A hook of the user gave a call other arguments; what is decided on and run are those. */
    z.object({
      type: z.literal('call.changed'),
      callId,
      name: z.string(),
      /** As the model asked. */
      asked: z.string(),
      arguments: z.string(),
    }),
    z.object({
      type: z.literal('permission.requested'),
      callId,
      tool: z.string(),
      /** Exactly what would be granted, one line each. */
      grants: z.array(z.string()),
      reason: z.string(),
    }),
    z.object({
      type: z.literal('permission.decided'),
      callId,
      tool: z.string(),
      what: z.string(),
      decision: z.enum(['allowed', 'denied', 'expired']),
      by: z.enum(['mode', 'rule', 'person', 'guard', 'hook', 'headless']),
      reason: z.string(),
    }),
    z.object({
      type: z.literal('tool.started'),
      callId,
      name: z.string(),
      arguments: z.string(),
      /** One line a person understands. */
      title: z.string(),
      effect: effectPlanSchema,
    }),
    z.object({ type: z.literal('tool.output'), callId, text: z.string() }),
    z.object({
      type: z.literal('tool.ended'),
      callId,
      name: z.string(),
      status: toolStatusSchema,
      /** What the model is told. */
      output: z.string(),
      /** Unified diff of what changed, for screens. */
      diff: z.optional(z.string()),
      exitCode: z.optional(z.nullable(z.number())),
      durationMs: z.number(),
      /** Path to content hash of files the model saw or wrote by this call, so that resume still knows them. */
      seen: z.optional(z.record(z.string(), z.string())),
      /** Seen files that this call's command changed. */
      noted,
    }),
  ] as const;

/** What became of files, plans and checks, and how a run ended. */
const outcomeEvents = () =>
  [
    z.object({
      type: z.literal('snapshot.taken'),
      snapshotId: z.string(),
      reason: z.string(),
      /** Call that it precedes. */
      callId: z.optional(z.string()),
    }),
    z.object({
      type: z.literal('file.changed'),
      callId: z.optional(z.string()),
      snapshotId: z.string(),
      change: fileChangeSchema,
    }),
    z.object({
      type: z.literal('context.relieved'),
      /** `window`: it grew near the model's window; `overflow`: the provider refused it; `asked`: the person asked. */
      reason: z.enum(['window', 'overflow', 'asked']),
      relief: reliefSchema,
      /** Estimated tokens of the whole request before and after. */
      tokensBefore: z.number(),
      tokensAfter: z.number(),
    }),
    z.object({ type: z.literal('todo.updated'), items: z.array(todoItemSchema) }),
    z.object({ type: z.literal('check.started'), kind: z.string(), command: z.string() }),
    z.object({ type: z.literal('check.finished'), receipt: receiptSchema }),
    z.object({
      type: z.literal('notice'),
      level: z.enum(['info', 'warning', 'error']),
      code: z.string(),
      text: z.string(),
    }),
    z.object({ type: z.literal('undo.done'), direction: z.enum(['undo', 'redo']), changes: z.array(fileChangeSchema) }),
    z.object({ type: z.literal('mode.changed'), permissionMode: permissionModeSchema }),
    z.object({ type: z.literal('run.finished'), outcome: outcomeSchema }),
  ] as const;

/** Any event. Made when a log is first read: a run that only writes one needs none of its hundreds of parts. */
export const eventBodySchema = z.lazy(() =>
  z.discriminatedUnion('type', [
    ...sessionEvents(),
    ...routeEvents(),
    ...explorationEvents(),
    ...choiceEvents(),
    ...modelEvents(),
    ...callEvents(),
    ...outcomeEvents(),
    ...teamworkEventSchemas(),
  ]),
);

/** What happened, without the envelope. */
export type EventBody = z.infer<typeof eventBodySchema>;
/** Name of an event. */
export type EventType = EventBody['type'];

/** Who, when and in which order. */
export const envelopeSchema = z.object({
  seq: z.number(),
  /** Milliseconds since 1970. */
  time: z.number(),
  sessionId: z.string(),
  runId: z.optional(z.string()),
  /** Call of the parent agent, for sub-agents. */
  parentCallId: z.optional(z.string()),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** One event as listeners see it and as a session log holds it (one a line). */
export type Event = Envelope & EventBody;
/** An event of one type. */
export type EventOf<T extends EventType> = Envelope & Extract<EventBody, { type: T }>;

/** Events that feed screens only and are never written to a log. */
export const transientEventTypes: ReadonlySet<EventType> = new Set(['text.delta', 'reasoning.delta', 'tool.output']);
