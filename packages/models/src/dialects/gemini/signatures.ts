// Thought signatures: what Gemini wants back with its own parts, and what stands in for other vendors' calls.

/** Google's word for "this call has no signature because another model made it" (ai.google.dev/gemini-api/docs/thought-signatures). */
export const foreignSignature = 'skip_thought_signature_validator';

/** From the third generation on the first call of a step must be signed. */
export function wantsSignedCalls(model: string): boolean {
  return /^gemini-(?![12][.-])/.test(model);
}
