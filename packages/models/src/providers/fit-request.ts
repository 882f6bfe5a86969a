// Makes a request fit what the model takes: what it does not take is left out with a note, never answered with a 400.
import type { ModelRequest, ReasoningEffort } from '@monkey-coder/protocol';
import type { ModelFacts } from '../catalogue/model-facts.ts';
import { inputTokensUpperBound } from '../catalogue/token-estimate.ts';

/** Answer length asked for when neither caller nor catalogue says: every current model takes it. */
const defaultMaxOutputTokens = 8192;
/** Longest answer asked for without being told to: it is also what must be reserved. */
const usualMaxOutputTokens = 32_000;

/** The request as the model takes it, and a sentence for each thing that was left out. Pure. */
export function fitRequest(
  request: ModelRequest,
  facts: ModelFacts | null,
): { readonly request: ModelRequest; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const { temperature, reasoningEffort, ...rest } = request;
  const keepsTemperature = temperature !== undefined && facts?.temperature !== false;
  if (temperature !== undefined && !keepsTemperature)
    notes.push(`${request.model} takes no temperature; it was left out`);
  const effort = fitEffort(reasoningEffort, facts, request.model, notes);
  return {
    request: {
      ...rest,
      ...(keepsTemperature ? { temperature } : {}),
      ...(effort === undefined ? {} : { reasoningEffort: effort }),
      maxOutputTokens: outputLimit(request, facts),
    },
    notes,
  };
}

/** Output tokens the request asks for: the caller's wish, inside the model's limit and what the window leaves. */
export function outputLimit(request: ModelRequest, facts: ModelFacts | null): number {
  const limit = facts?.maxOutput ?? defaultMaxOutputTokens;
  const wished = request.maxOutputTokens ?? Math.min(limit, usualMaxOutputTokens);
  const inModel = facts?.maxOutput === undefined ? wished : Math.min(wished, limit);
  if (facts?.context === undefined) return inModel;
  const room = facts.context - Math.ceil(inputTokensUpperBound(request) / 2);
  return Math.max(1024, Math.min(inModel, room));
}

const scale: readonly ReasoningEffort[] = ['none', 'low', 'medium', 'high'];

function fitEffort(
  wanted: ReasoningEffort | undefined,
  facts: ModelFacts | null,
  model: string,
  notes: string[],
): ReasoningEffort | undefined {
  if (wanted === undefined || facts === null) return wanted;
  if (!facts.reasoning && facts.effort === undefined) {
    if (wanted !== 'none') notes.push(`${model} does not think; effort ${wanted} was left out`);
    return undefined;
  }
  const words = facts.effort;
  if (words === undefined) return facts.budget ? wanted : undefined;
  if (words.includes(wanted)) return wanted;
  const position = scale.indexOf(wanted);
  const known = scale.filter((word) => words.includes(word));
  const nearest = known.sort(
    (a, b) => Math.abs(scale.indexOf(a) - position) - Math.abs(scale.indexOf(b) - position),
  )[0];
  if (wanted !== 'none') notes.push(`${model} takes no effort ${wanted}; ${nearest ?? 'its own choice'} is used`);
  return nearest;
}
