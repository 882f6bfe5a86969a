// What the kinds of work take and say of themselves, as data; read when one of them is asked for, and for the help.
import type { OptionSpec } from './option-spec.ts';

interface WorkSpec {
  readonly usage: string;
  readonly help: string;
  readonly options: readonly OptionSpec[];
}

const json: OptionSpec = { name: 'json', help: 'print JSON' };
const failOn: OptionSpec = {
  name: 'fail-on',
  value: 'severity',
  choices: ['critical', 'high', 'medium', 'low', 'never'],
  help: 'exit with 1 for findings this bad or worse (low)',
};
const sarif: OptionSpec = {
  name: 'sarif',
  value: 'file',
  help: 'also write the findings as SARIF 2.1.0; - for standard output',
};
const examples: OptionSpec = { name: 'run-examples', help: 'run examples even where no sandbox is' };

/** Kinds of work, each with an outcome of its own. */
export const workSpecs = {
  fix: {
    usage: '["what is wrong"]',
    help: 'remove a fault; verified when a check failed before and passes after',
    options: [json],
  },
  test: {
    usage: '[PATH ...]',
    help: 'write tests; verified when they pass on the source and fail on wrong versions of it',
    options: [
      { name: 'about', value: 'text', help: 'what to test, in words' },
      { name: 'mutants', value: 'n', help: 'try at most so many wrong versions (30)' },
      { name: 'min-killed', value: 'percent', help: 'so many of 100 wrong versions must be noticed (100)' },
      json,
    ],
  },
  review: {
    usage: '[BASE] [PATH ...]',
    help: 'find faults in what changed (since BASE, a commit or branch), or in PATH; only reads; exit code 1 with findings',
    options: [
      { name: 'base', value: 'ref', help: 'review what differs from this commit or branch (the last commit)' },
      { name: 'about', value: 'text', help: 'what to look at in particular' },
      failOn,
      sarif,
      examples,
      json,
    ],
  },
  explain: {
    usage: '[PATH ... | "question"]',
    help: 'explain code; only reads; every place that is cited is held against the files',
    options: [json],
  },
  plan: {
    usage: '"what is to be done"',
    help: 'a plan with steps, files, risks and an estimate; only reads; --apply carries it out',
    options: [
      { name: 'out', value: 'file', help: 'also write the plan as Markdown to this file' },
      { name: 'apply', help: 'carry out the newest plan of this folder' },
      json,
    ],
  },
  refactor: {
    usage: '"what to change"',
    help: 'change how, not what; verified by the same tests before and after, and the same interface',
    options: [{ name: 'interface', help: 'the public interface may change' }, json],
  },
  docs: {
    usage: '[PATH ...]',
    help: 'write documents and comments; verified when the code is the same and examples work',
    options: [{ name: 'about', value: 'text', help: 'what to document, in words' }, examples, json],
  },
  upgrade: {
    usage: 'DEPENDENCY[@VERSION]',
    help: 'bring a dependency to a version; verified by manifest, lock file and tests',
    options: [json],
  },
  audit: {
    usage: '[PATH ...]',
    help: 'secrets, dangerous calls, vulnerable dependencies; only reads; exit code 1 with findings',
    options: [{ name: 'no-model', help: 'only what is found without a model' }, failOn, sarif, json],
  },
} as const satisfies Readonly<Record<string, WorkSpec>>;

/** The flags of a kind of work besides those of a run; none for what is no kind. */
export function workOptionsOf(name: string): readonly OptionSpec[] {
  const specs: Readonly<Record<string, WorkSpec>> = workSpecs;
  return Object.hasOwn(specs, name) ? (specs[name]?.options ?? []) : [];
}
