// The shape of hooks in a settings file: the established one, so that what is written for other agents can be taken as it is.
import * as z from 'zod/mini';

const entrySchema = z.object({
  /** `command`; other types are passed over, and that is said. */
  type: z.optional(z.string()),
  command: z.optional(z.string()),
  /** Seconds. */
  timeout: z.optional(z.number().check(z.positive())),
  /** `off`: without the sandbox; only where the user's own settings say so. */
  sandbox: z.optional(z.literal('off')),
});
const groupSchema = z.object({ matcher: z.optional(z.string()), hooks: z.array(entrySchema) });

/** Hooks by event, in groups with a matcher each. */
export const hookSettingsSchema = z.record(z.string(), z.array(groupSchema));
export type HookSettings = Readonly<z.infer<typeof hookSettingsSchema>>;
/** One group of hooks of an event. */
export const hookGroupSchema = groupSchema;

/** Hooks of two layers: all of them. */
export function mergeHooks(base: HookSettings, more: HookSettings | undefined): HookSettings {
  if (more === undefined) return base;
  const merged: Record<string, HookSettings[string]> = { ...base };
  for (const [event, groups] of Object.entries(more)) merged[event] = [...(merged[event] ?? []), ...groups];
  return merged;
}
