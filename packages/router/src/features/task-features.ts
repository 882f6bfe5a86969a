// What a task is, as far as the request and the workspace tell before anything is asked.
import { shapeSize, textSignature } from './text-signature.ts';
import { type WorkKind, workKindOf, workKinds } from './work-kind.ts';

/** What the features are made of. */
export interface TaskFacts {
  readonly prompt: string;
  readonly languages: readonly string[];
  /** Files of the workspace; absent when they were not counted. */
  readonly files?: number;
  readonly hasChecks: boolean;
  /** Runs of this project in the replay buffer, and how many of them were verified. */
  readonly history?: { readonly runs: number; readonly verified: number };
}

/** Features of a task. */
export interface TaskFeatures {
  readonly work: WorkKind;
  readonly languages: readonly string[];
  readonly size: 'small' | 'middling' | 'large' | 'unknown';
  /** `high`: what is touched is hard to take back or guards money, data or secrets. */
  readonly risk: 'low' | 'high';
  readonly hasChecks: boolean;
  readonly history: { readonly runs: number; readonly verified: number };
  /** The same as numbers, all in 0..1, for linear and network policies. */
  readonly numbers: readonly number[];
}

const risky =
  /\b(?:production|prod|payments?|billing|invoices?|credentials?|secrets?|passwords?|auth(?:entication|orization)?|encrypt\w*|deploy\w*|drop (?:table|database)|delete (?:all|user|customer)|database migrations?|gdpr|personal data|critical|produktion|zahlung\w*|passwort\w*|producci[oó]n|paiement\w*)\b/iu;

/** Number of `numbers`. */
export const featureCount = 1 + workKinds.length + shapeSize + 6;

/** The features of a task. */
export function taskFeatures(facts: TaskFacts): TaskFeatures {
  const work = workKindOf(facts.prompt);
  const size = sizeOf(facts.files);
  const risk = isRisky(facts.prompt) ? 'high' : 'low';
  const history = facts.history ?? { runs: 0, verified: 0 };
  const flags = [
    size === 'small' ? 1 : 0,
    size === 'large' ? 1 : 0,
    risk === 'high' ? 1 : 0,
    facts.hasChecks ? 1 : 0,
    Math.min(1, facts.languages.length / 4),
    history.runs === 0 ? 0.5 : history.verified / history.runs,
  ];
  const shape = textSignature(facts.prompt).shape.map((value) => Math.min(1, value / 8));
  const kinds = workKinds.map((kind) => (kind === work ? 1 : 0));
  const { languages, hasChecks } = facts;
  return { work, languages, size, risk, hasChecks, history, numbers: [1, ...kinds, ...shape, ...flags] };
}

/** Whether a request touches what is hard to take back, or guards money, data or secrets. */
export function isRisky(prompt: string): boolean {
  return risky.test(prompt.slice(0, 4000));
}

function sizeOf(files: number | undefined): TaskFeatures['size'] {
  if (files === undefined) return 'unknown';
  if (files < 60) return 'small';
  return files < 1500 ? 'middling' : 'large';
}
