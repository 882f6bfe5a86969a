// A model that could be chosen, and the name evidence about it is kept under.

/** A model that could be chosen. */
export interface Arm {
  readonly provider: string;
  readonly model: string;
  /** Micro-dollars per million tokens; absent when unknown. */
  readonly inputPrice?: number;
  readonly outputPrice?: number;
  /** Served on this machine: it costs no money, and time. */
  readonly isLocal?: boolean;
}

/** The name evidence is kept under. */
export function armName(arm: Arm): string {
  return `${arm.provider}/${arm.model}`;
}
