// tmp
import type { ModelPrior } from './evidence.ts';
export function publicPriorsByLabel(_label: string, _kind: string): ModelPrior | undefined { return undefined; }
