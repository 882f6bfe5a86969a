// What is asked of the engine.
import * as z from 'zod/mini';
import { workSchema } from './work.ts';

export const permissionModeSchema = z.enum(['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions']);
/**
 * How much is allowed without asking. `plan` reads only; `default` asks for edits and commands; `acceptEdits` asks for
 * commands; `auto` allows what the sandbox bounds and asks for the rest; `dontAsk` denies what is not allowed by rule;
 * `bypassPermissions` allows all but the destructive.
 */
export type PermissionMode = z.infer<typeof permissionModeSchema>;

export const limitsSchema = z.object({
  maxTurns: z.number(),
  maxDurationMs: z.number(),
  /** Micro-dollars; absent for no cap. */
  maxCostMicroUsd: z.optional(z.number()),
});
/** Bounds of a run. */
export type Limits = z.infer<typeof limitsSchema>;

export const taskKindSchema = z.enum(['change', 'question']);
/** Whether files are to change, or only an answer is wanted. */
export type TaskKind = z.infer<typeof taskKindSchema>;

export const taskSchema = z.object({
  prompt: z.string(),
  cwd: z.string(),
  /** Further folders that may be read and written. */
  addDirs: z.array(z.string()),
  /** `provider/model`, an alias, or a tier; absent for the configured default. */
  model: z.optional(z.string()),
  /** Name of the agent that works; absent: chosen by the task. */
  agent: z.optional(z.string()),
  permissionMode: permissionModeSchema,
  allowedTools: z.array(z.string()),
  disallowedTools: z.array(z.string()),
  limits: limitsSchema,
  /** Commands that decide whether the work is right, besides those found in the project. */
  checks: z.array(z.string()),
  /** JSON Schema the final answer must satisfy. */
  outputSchema: z.optional(z.record(z.string(), z.unknown())),
  /** So many candidates are tried side by side and only what is proven is kept; absent for one attempt. */
  candidates: z.optional(z.number()),
  /**
   * `auto`: candidates only where foresight says that they pay, decided when the run begins; `improvise`: their approaches are drawn
   * as ideas first. Absent: `explore` where there are candidates.
   */
  strategy: z.optional(z.enum(['auto', 'explore', 'improvise'])),
  /** The model of each candidate; absent: chosen for each as for any run. */
  candidateModels: z.optional(z.array(z.string())),
  /** A kind of work with an outcome of its own; absent for any other request. */
  work: z.optional(workSchema),
});
/** A request to the engine. */
export type Task = z.infer<typeof taskSchema>;
