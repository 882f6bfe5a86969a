// What a workflow is made of: members, steps of several kinds, conditions, bounds. The same shape from YAML and from TypeScript.
import * as z from 'zod/mini';

const expression = z.string().check(z.minLength(1));
const text = z.string().check(z.minLength(1));
const id = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _ (a letter first)'));
const count = (most: number) => z.number().check(z.int(), z.gte(1), z.lte(most));
const members = z.array(id).check(z.minLength(1), z.maxLength(16));
const shape = z.record(z.string(), z.unknown());

/** Context an agent is given beside its prompt: nothing else passes from one agent to another. */
const receivable = z.enum(['previous', 'board', 'facts', 'messages']);

/** One member. */
export const memberSchema = z.strictObject({
  /** Agent of the registry that it works as. */
  agent: z.optional(text),
  /** Said before each prompt. */
  instructions: z.optional(text),
  model: z.optional(text),
  /** At most this much; never more than the person who starts the workflow allows. `plan`, which only reads, when absent. */
  mode: z.optional(z.enum(['plan', 'default', 'acceptEdits', 'auto', 'dontAsk'])),
  receives: z.optional(z.array(receivable)),
  /** It has a tool to talk to the others while it works: messages, blackboard, facts. */
  talks: z.optional(z.boolean()),
  maxTurns: z.optional(count(500)),
  /** USD of one piece of work. */
  maxUsd: z.optional(z.number().check(z.positive())),
});

const common = {
  id,
  /** The step is passed over where it does not hold. */
  when: z.optional(expression),
  /** The step fails where it does not hold before it, or after it. */
  entry: z.optional(expression),
  exit: z.optional(expression),
  /** Further attempts after a failure. */
  retries: z.optional(z.number().check(z.int(), z.gte(0), z.lte(5))),
  /** `continue`: the workflow goes on after it failed. */
  onFailure: z.optional(z.enum(['stop', 'continue'])),
  /** A branch of `parallel` works in a copy of the files; what it changed is merged when all branches are done. */
  copy: z.optional(z.boolean()),
};
const inner = z.array(z.unknown()).check(z.minLength(1), z.maxLength(100));

/** The kinds of steps, by the word that makes a step one of them. */
export const stepSchemas = {
  agent: z.strictObject({ ...common, agent: id, prompt: text, answer: z.optional(shape) }),
  parallel: z.strictObject({
    ...common,
    parallel: inner,
    /** How many branches must succeed. Default `all`. */
    join: z.optional(z.union([z.enum(['all', 'any']), count(100)])),
    /** What counts where copies changed the same lines. Default `fail`: nothing is merged. */
    onConflict: z.optional(
      z
        .string()
        .check(z.regex(/^(fail|first|ask|agent:[A-Za-z][A-Za-z0-9_-]{0,63})$/, 'fail, first, ask or agent:NAME')),
    ),
  }),
  repeat: z.strictObject({
    ...common,
    repeat: z.strictObject({ until: expression, max: count(50) }),
    steps: inner,
  }),
  ask: z.strictObject({ ...common, ask: text, details: z.optional(z.array(text)), fallback: z.optional(z.string()) }),
  set: z.strictObject({
    ...common,
    /** Slots of the blackboard to expressions. */
    set: z.record(id, z.union([expression, z.number(), z.boolean()])),
    /** Versions the slots must have (0: not there yet); else the step fails and nothing is set. */
    expect: z.optional(z.record(id, z.number().check(z.int(), z.gte(0)))),
    merge: z.optional(z.enum(['replace', 'append', 'union', 'max', 'min', 'keep'])),
  }),
  say: z.strictObject({
    ...common,
    say: text,
    from: id,
    /** One, several, or `everybody`. */
    to: z.union([id, members]),
    topic: z.optional(text),
  }),
  fact: z.strictObject({
    ...common,
    fact: z.strictObject({ entity: text, relation: text, target: text, evidence: text }),
    by: z.optional(id),
  }),
  vote: z.strictObject({
    ...common,
    vote: z.strictObject({
      question: text,
      options: z.array(text).check(z.minLength(2), z.maxLength(20)),
      voters: members,
      rule: z.enum(['majority', 'weighted', 'quorum', 'unanimous']),
      weights: z.optional(z.record(z.string(), z.number().check(z.nonnegative()))),
      /** Share of the voters (0..1) that must vote for it, for `quorum`. */
      quorum: z.optional(z.number().check(z.gt(0), z.lte(1))),
      tie: z.optional(z.enum(['none', 'first', 'ask'])),
    }),
  }),
  auction: z.strictObject({
    ...common,
    auction: z.strictObject({
      task: text,
      bidders: members,
      /** What a bid counts, e.g. `minutes`. */
      unit: text,
      choose: z.optional(z.enum(['lowest', 'highest'])),
    }),
  }),
  chat: z.strictObject({
    ...common,
    chat: z.strictObject({
      subject: text,
      members,
      turns: z.optional(z.enum(['round-robin', 'moderated', 'volunteer'])),
      moderator: z.optional(id),
      max: count(40),
    }),
  }),
  handoff: z.strictObject({
    ...common,
    handoff: z.strictObject({
      task: text,
      start: id,
      /** Who may hand to whom. */
      routes: z.record(id, z.array(id)),
      /** JSON Schema of the state that is handed on. */
      state: shape,
      max: count(20),
    }),
  }),
  team: z.strictObject({
    ...common,
    team: z.strictObject({
      goal: text,
      manager: id,
      members,
      maxRounds: count(40),
      /** Rounds without progress before the plan is made anew. Default 2. */
      stalls: z.optional(count(10)),
      /** New plans at most. Default 2. */
      replans: z.optional(z.number().check(z.int(), z.gte(0), z.lte(5))),
      /** A person looks at each plan before it is followed. */
      review: z.optional(z.boolean()),
    }),
  }),
  barrier: z.strictObject({
    ...common,
    /** Name: the branches of the `parallel` around it that come to one of this name wait for each other. */
    barrier: id,
    /** Branches that come to it, or how many do. All that have such a step, when absent. */
    parties: z.optional(z.union([members, count(100)])),
    /** So many must arrive. Default all. */
    quorum: z.optional(count(100)),
    /** What this branch does when too few can still come. Default `fail`. */
    broken: z.optional(z.enum(['fail', 'continue'])),
  }),
  workflow: z.strictObject({
    ...common,
    /** A file beside this one or in `.monkey/workflows`, or a name of `workflows`. */
    workflow: text,
    /** Its inputs, as expressions or values. */
    inputs: z.optional(z.record(id, z.union([expression, z.number(), z.boolean()]))),
  }),
  steps: z.strictObject({ ...common, steps: inner }),
} as const;

/** The name of a kind of step. */
export type StepKind = keyof typeof stepSchemas;
type StepOf<Kind extends StepKind> = z.infer<(typeof stepSchemas)[Kind]>;
type Nested<Of> = Omit<Of, 'steps' | 'parallel'>;

type PlainKind = Exclude<StepKind, 'parallel' | 'repeat' | 'steps' | 'workflow'>;

/** A step as it was checked, its inner steps too. */
export type Step =
  | { [Kind in PlainKind]: { readonly kind: Kind } & StepOf<Kind> }[PlainKind]
  | ({ readonly kind: 'workflow'; readonly called: Workflow } & StepOf<'workflow'>)
  | ({ readonly kind: 'parallel'; readonly branches: readonly Step[] } & Nested<StepOf<'parallel'>>)
  | ({ readonly kind: 'repeat'; readonly inner: readonly Step[] } & Nested<StepOf<'repeat'>>)
  | ({ readonly kind: 'steps'; readonly inner: readonly Step[] } & Nested<StepOf<'steps'>>);

/** The head of a workflow; steps are checked one by one. */
export const headSchema = z.strictObject({
  workflow: id,
  /** Of the definition, by its author; recorded with each run. */
  version: z.number().check(z.int(), z.gte(1)),
  description: z.optional(z.string()),
  /** Values that are given when it is started: a default, or null for one that must be given. */
  inputs: z.optional(z.record(id, z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  budget: z.optional(
    z.strictObject({
      usd: z.optional(z.number().check(z.positive())),
      minutes: z.optional(z.number().check(z.positive(), z.lte(24 * 60))),
    }),
  ),
  agents: z.record(id, memberSchema),
  steps: inner,
  /** Definitions that its steps call by name; files that they name are put here when it is read. */
  workflows: z.optional(z.record(text, z.unknown())),
  /** What it gives back, a text with `${…}`; the text of the last step when absent. */
  output: z.optional(text),
});

/** One member of a workflow. */
export type Member = z.infer<typeof memberSchema>;

/** A definition as it is written, before it was checked. */
export type WorkflowDefinition = Readonly<Record<string, unknown>>;

/** A checked workflow. */
export interface Workflow extends Omit<z.infer<typeof headSchema>, 'steps'> {
  readonly steps: readonly Step[];
  /** Ids of steps that an expression looks at. */
  readonly lookedAt: ReadonlySet<string>;
  /** As it was written. */
  readonly definition: WorkflowDefinition;
}

/** What is wrong with a definition, and where in it. */
export interface WorkflowProblem {
  /** Keys and indices from the top. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Offset in the text at the path, for problems within an expression. */
  readonly at?: number;
  /** It is the last key itself that is wrong, not its value. */
  readonly isKey?: boolean;
}

/** Names of the kinds, the order in which a step's kind is looked for. */
export const stepKinds = Object.keys(stepSchemas) as readonly StepKind[];
