// What of a routing context the evidence is kept by.
import type { EvidenceContext } from './skill-belief.ts';

/** The kind of work, and the project where it is known. */
export function evidenceContext(context: { readonly work: string; readonly project?: string }): EvidenceContext {
  return context.project === undefined ? { kind: context.work } : { kind: context.work, project: context.project };
}
