// Tells a request for a change from a question, from its words alone.
import type { TaskKind } from '@monkey-coder/protocol';

const questionStart =
  /^(?:(?:can|could|would) you (?:please )?)?(?:please )?(?:what|why|how|who|when|where|which|is|are|does|do|did|has|have|should|explain|describe|summari[sz]e|tell me|show me|list|find out|compare|review|audit|analy[sz]e|count|find|search|look (?:for|at|into)|check (?:if|whether)|give me|suggest|propose|plan|hi|hello|thanks?)\b/i;
const changeVerb =
  /\b(?:fix|add|implement|create|write|change|update|remove|delete|rename|refactor|replace|move|convert|migrate|upgrade|install|make|build|generate|improve|clean|edit|correct|repair|set up|run|format|apply|commit)\b/i;
const questionWithChange =
  /(?:\b(?:then|and|also)|[.?!;:,])\s+(?:please\s+)?(?:fix|add|implement|create|write|change|update|remove|delete|rename|refactor|replace|correct|repair|make|move|convert)\b/i;

/** `question` when only an answer is wanted; anything else, also the unclear, is a `change`. */
export function taskKindOf(prompt: string): TaskKind {
  const text = prompt.trim();
  if (questionStart.test(text)) return questionWithChange.test(text) ? 'change' : 'question';
  if (text.endsWith('?') && !changeVerb.test(text)) return 'question';
  return 'change';
}
