// Effort words of vendors to the four of ours.
import type { JsonValue, ReasoningEffort } from '@monkey-coder/protocol';

/** Our effort for a vendor's word in any case; undefined for a word nobody knows. */
export function effortFromWord(value: JsonValue | undefined): ReasoningEffort | undefined {
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case 'none':
      return 'none';
    case 'minimal':
    case 'low':
      return 'low';
    case 'medium':
      return 'medium';
    case 'high':
    case 'xhigh':
    case 'max':
      return 'high';
    default:
      return undefined;
  }
}
