// Plain JSON as types: what may cross a boundary.
import * as z from 'zod/mini';

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
/** A JSON Schema document (draft 2020-12) as tools and structured output declare it. */
export type JsonSchema = JsonObject;

/** Accepts any JSON value. */
export const jsonValueSchema = z.unknown() as unknown as z.ZodMiniType<JsonValue>;
/** Accepts any JSON object. */
export const jsonObjectSchema = z.record(z.string(), jsonValueSchema);

/** Parses JSON text; `undefined` when it is not JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/**
 * For short-lived processes: schemas are interpreted instead of compiled to code at their first use. Compiling pays off after
 * hundreds of values, and a run of the command line parses a few dozen. Called once at composition.
 */
export function interpretSchemas(): void {
  z.config({ jitless: true });
}
