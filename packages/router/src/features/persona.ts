// Which persona suits a task, and how sure that is; below a threshold a person is to be asked.
import type { WorkKind } from './work-kind.ts';

/** Personas that can be chosen. */
export type Persona =
  | 'architect'
  | 'developer'
  | 'reviewer'
  | 'tester'
  | 'security-analyst'
  | 'technical-writer'
  | 'devops'
  | 'performance';

/** A choice with its confidence in 0..1; `asks` when it is too low to go ahead without asking. */
export interface PersonaChoice {
  readonly persona: Persona;
  readonly confidence: number;
  readonly asks: boolean;
}

const byKind: Readonly<Record<WorkKind, readonly [Persona, number]>> = {
  bugfix: ['developer', 0.9],
  testgen: ['tester', 0.9],
  refactor: ['developer', 0.8],
  docs: ['technical-writer', 0.9],
  review: ['reviewer', 0.9],
  upgrade: ['developer', 0.7],
  security: ['security-analyst', 0.9],
  frontend: ['developer', 0.8],
  buildlib: ['architect', 0.6],
  feature: ['developer', 0.85],
  research: ['architect', 0.6],
  plan: ['architect', 0.85],
  explain: ['developer', 0.7],
  other: ['developer', 0.4],
};

const own: readonly (readonly [Persona, RegExp])[] = [
  ['performance', /\b(?:slow|faster|performance|latency|profil\w+|memory leak|optimi[sz]e)\b/i],
  ['devops', /\b(?:docker\w*|kubernetes|ci|pipeline|github actions?|terraform|deploy\w*|helm|nginx)\b/i],
];

/** Below this confidence a person is asked. */
export const askBelow = 0.5;

/** The persona for a task. Words that speak for another persona than the kind does lower the confidence. */
export function choosePersona(work: WorkKind, prompt: string): PersonaChoice {
  const [usual, confidence] = byKind[work];
  const special = own.filter(([, words]) => words.test(prompt));
  const [first] = special;
  if (!first) return { persona: usual, confidence, asks: confidence < askBelow };
  const sure = special.length > 1 ? 0.45 : work === 'other' || work === 'feature' || work === 'bugfix' ? 0.75 : 0.55;
  return { persona: first[0], confidence: sure, asks: sure < askBelow };
}
