// Events of agents that work together: workflows and their steps, messages, the blackboard, facts, votes, awards, handoffs.
//
// Each carries the key of the step that made it. A key is used once per type: going on after a crash finds what was done by its
// key and does not do it again.
import * as z from 'zod/mini';

/** Path of what happened within its workflow: `plan`, `improve[2].fix`, `debate.turn-3`. */
const step = z.string();
const json = z.unknown();

export const stepResultSchema = z.object({
  /** `skipped`: its condition did not hold. `waiting`: a person must answer first. */
  status: z.enum(['ok', 'failed', 'skipped', 'waiting']),
  /** The last words, or what was decided. */
  text: z.string(),
  /** The answer as a value, where one of a shape was asked for. */
  data: z.optional(json),
  /** Why the status is what it is, one sentence. */
  reason: z.string(),
  /** Micro-dollars; null when a price was unknown. */
  costMicroUsd: z.nullable(z.number()),
  /** Paths that were changed. */
  changes: z.array(z.string()),
});
/** What a step of a workflow came to. */
export type StepResult = z.infer<typeof stepResultSchema>;

const ballotSchema = z.object({ voter: z.string(), option: z.string(), reason: z.string() });
/** One vote with its reason. */
export type Ballot = z.infer<typeof ballotSchema>;

const bidSchema = z.object({ bidder: z.string(), price: z.number(), text: z.string() });
/** What a bidder wants for a task, in the unit that was asked for, and how it would go about it. */
export type Bid = z.infer<typeof bidSchema>;

/** A workflow and its steps. */
const workflowEvents = () =>
  [
    z.object({
      type: z.literal('workflow.started'),
      name: z.string(),
      version: z.number(),
      /** SHA-256 (hex, 16 characters) of the definition. */
      hash: z.string(),
      /** The definition itself, so that going on never depends on a file that was changed since. */
      definition: z.record(z.string(), json),
      inputs: z.record(z.string(), json),
      maxCostMicroUsd: z.optional(z.number()),
      maxDurationMs: z.number(),
    }),
    z.object({ type: z.literal('workflow.resumed'), afterSeq: z.number() }),
    z.object({
      type: z.literal('workflow.finished'),
      status: z.enum(['done', 'failed', 'waiting', 'out-of-budget', 'limit', 'interrupted']),
      reason: z.string(),
      output: json,
      costMicroUsd: z.nullable(z.number()),
    }),
    z.object({
      type: z.literal('step.started'),
      step,
      /** What kind of step: `agent`, `ask`, `repeat`, … */
      kind: z.string(),
      member: z.optional(z.string()),
      /** Session in which the agent works. */
      agentSession: z.optional(z.string()),
    }),
    z.object({ type: z.literal('step.finished'), step, result: stepResultSchema }),
    z.object({ type: z.literal('condition.decided'), step, condition: z.string(), holds: z.boolean() }),
  ] as const;

/** What members say to each other, and what they know together. */
const messageEvents = () =>
  [
    z.object({
      type: z.literal('message.sent'),
      step,
      from: z.string(),
      /** Receivers, in the order they were named; everybody at the time for a broadcast. */
      to: z.array(z.string()),
      mode: z.enum(['direct', 'multicast', 'broadcast']),
      topic: z.string(),
      text: z.string(),
    }),
    z.object({
      /** A member was handed all messages up to this number of its inbox. */
      type: z.literal('message.delivered'),
      step,
      to: z.string(),
      upTo: z.number(),
    }),
    z.object({
      type: z.literal('blackboard.changed'),
      step,
      slot: z.string(),
      /** 1 for the first value of a slot. */
      version: z.number(),
      value: json,
      by: z.string(),
    }),
    z.object({
      type: z.literal('fact.asserted'),
      step,
      entity: z.string(),
      relation: z.string(),
      target: z.string(),
      evidence: z.string(),
      by: z.string(),
    }),
  ] as const;

/** What they decide, and whom they call. */
const decisionEvents = () =>
  [
    z.object({
      type: z.literal('consensus.reached'),
      step,
      question: z.string(),
      rule: z.enum(['majority', 'weighted', 'quorum', 'unanimous']),
      ballots: z.array(ballotSchema),
      /** Absent when the rule decided for nothing. */
      decision: z.optional(z.string()),
      reason: z.string(),
    }),
    z.object({
      type: z.literal('task.awarded'),
      step,
      task: z.string(),
      bids: z.array(bidSchema),
      /** Absent when nobody was taken. */
      to: z.optional(z.string()),
      reason: z.string(),
    }),
    z.object({
      /** A workflow was called by a step of another; what it was given is decided by then. */
      type: z.literal('workflow.called'),
      step,
      name: z.string(),
      version: z.number(),
      hash: z.string(),
      inputs: z.record(z.string(), json),
    }),
  ] as const;

/** Where they wait for each other. */
const barrierEvents = () =>
  [
    z.object({
      /** A party came to a barrier; `generation` counts its arrivals there, from 1. */
      type: z.literal('barrier.arrived'),
      step,
      barrier: z.string(),
      party: z.string(),
      generation: z.number(),
    }),
    z.object({
      /** A party is at its end: it comes to none of its barriers any more. */
      type: z.literal('barrier.left'),
      step,
      barriers: z.array(z.string()),
      party: z.string(),
      reason: z.string(),
    }),
    z.object({
      type: z.literal('barrier.passed'),
      step,
      barrier: z.string(),
      /** In the order in which they came. */
      arrived: z.array(z.string()),
      /** Absent for the join of branches, which happens once. */
      generation: z.optional(z.number()),
    }),
    z.object({
      /** Too few can still come: nobody waits there any more. */
      type: z.literal('barrier.broken'),
      step,
      barrier: z.string(),
      arrived: z.array(z.string()),
      generation: z.number(),
      reason: z.string(),
    }),
  ] as const;

/** Copies of the files, and how they come together. */
const copyEvents = () =>
  [
    z.object({
      /** Branches work in copies of the files; `base` is a folder with the files as they were. */
      type: z.literal('copies.made'),
      step,
      base: z.string(),
      copies: z.array(z.object({ branch: z.string(), folder: z.string() })),
    }),
    /** The files as they stood when the branches were done, in a folder. */
    z.object({ type: z.literal('copies.gathered'), step, folder: z.string() }),
    z.object({
      /** What copies come to together, decided before a file of the checkout is touched. */
      type: z.literal('copies.joined'),
      step,
      /** Groups the change for `undo`. */
      change: z.string(),
      /** Folder with the files as they will be. */
      folder: z.string(),
      /** SHA-256 (hex) before and after; null where there is no file. */
      files: z.array(z.object({ path: z.string(), before: z.nullable(z.string()), after: z.nullable(z.string()) })),
      /** Copies of which something was not taken, and stays. */
      kept: z.array(z.object({ branch: z.string(), folder: z.string(), paths: z.array(z.string()) })),
      /** Why nothing is merged. */
      problem: z.optional(z.string()),
    }),
    /** The files of the checkout are as it was decided. */
    z.object({ type: z.literal('copies.applied'), step }),
  ] as const;

/** State, ledgers and breakers of patterns. */
const handoverEvents = () =>
  [
    z.object({
      type: z.literal('state.handed'),
      step,
      from: z.string(),
      to: z.string(),
      state: json,
      reason: z.string(),
    }),
    z.object({ type: z.literal('ledger.changed'), step, ledger: z.enum(['task', 'progress']), value: json }),
    z.object({
      type: z.literal('breaker.changed'),
      step,
      member: z.string(),
      state: z.enum(['closed', 'open', 'half-open']),
      reason: z.string(),
    }),
  ] as const;

/** The members of the event union that this file adds; made when a log is first read. */
export const teamworkEventSchemas = () =>
  [
    ...workflowEvents(),
    ...messageEvents(),
    ...decisionEvents(),
    ...barrierEvents(),
    ...copyEvents(),
    ...handoverEvents(),
  ] as const;
