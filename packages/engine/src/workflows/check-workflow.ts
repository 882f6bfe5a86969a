// Checks a definition: its shape, that names exist, that expressions parse and only look at what is there by then.
import * as z from 'zod/mini';
import { checkStructure } from './check-structure.ts';
import { guess, issuesOf, kindGuess, type Path } from './describe-mistakes.ts';
import { type Expression, parseExpression, pathsIn } from './expression.ts';
import { parseTemplate } from './template.ts';
import {
  headSchema,
  type Step,
  type StepKind,
  stepKinds,
  stepSchemas,
  type Workflow,
  type WorkflowDefinition,
  type WorkflowProblem,
} from './workflow.ts';

/** A workflow, or all that is wrong with it. */
export type CheckedWorkflow =
  | { readonly kind: 'valid'; readonly workflow: Workflow }
  | { readonly kind: 'invalid'; readonly problems: readonly WorkflowProblem[] };

/** Checks a definition. Pure. */
export function checkWorkflow(definition: unknown): CheckedWorkflow {
  const head = z.safeParse(headSchema, definition);
  if (!head.success)
    return { kind: 'invalid', problems: [...issuesOf(head.error, [], definition), ...mistakesInSteps(definition)] };
  const { agents, inputs = {}, workflows = {} } = head.data;
  const checker = new Checker({ agents: Object.keys(agents), inputs: Object.keys(inputs), workflows });
  const steps = checker.steps(head.data.steps, ['steps'], new Set());
  checker.template(head.data.output, ['output'], checker.ids);
  checker.problems.push(...checkStructure(steps, checker.places));
  if (checker.problems.length > 0) return { kind: 'invalid', problems: checker.problems };
  const lookedAt = checker.lookedAt;
  return { kind: 'valid', workflow: { ...head.data, steps, lookedAt, definition: definition as WorkflowDefinition } };
}

/** What can be said of the steps of a definition whose head is wrong; names that are not known because of that are not complained about. */
function mistakesInSteps(definition: unknown): WorkflowProblem[] {
  const { agents, inputs, workflows, steps } = (definition ?? {}) as Partial<Record<string, unknown>>;
  if (!Array.isArray(steps)) return [];
  const checker = new Checker({
    agents: isRecord(agents) ? Object.keys(agents) : undefined,
    inputs: isRecord(inputs) || inputs === undefined ? Object.keys(inputs ?? {}) : undefined,
    workflows: isRecord(workflows) ? workflows : {},
  });
  checker.steps(steps, ['steps'], new Set());
  return checker.problems;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names every expression may use beside `steps`. */
const freeNames = ['inputs', 'board', 'round'];

/** Names that steps may use. */
interface Names {
  /** Undefined where they cannot be known. */
  readonly agents: readonly string[] | undefined;
  readonly inputs: readonly string[] | undefined;
  /** Definitions, not checked yet. */
  readonly workflows: Readonly<Record<string, unknown>>;
}

class Checker {
  readonly problems: WorkflowProblem[] = [];
  /** Ids of all steps so far. */
  readonly ids = new Set<string>();
  /** Ids of steps that an expression looks at. */
  readonly lookedAt = new Set<string>();
  /** Where steps stand. */
  readonly places = new Map<Step, Path>();
  readonly #agents: Names['agents'];
  readonly #inputs: Names['inputs'];
  readonly #workflows: Names['workflows'];
  readonly #called = new Map<string, CheckedWorkflow>();

  constructor({ agents, inputs, workflows }: Names) {
    this.#agents = agents;
    this.#inputs = inputs;
    this.#workflows = workflows;
  }

  /** Steps one after another: each may look at what is `known` and at those before it. */
  steps(values: readonly unknown[], path: Path, known: ReadonlySet<string>): Step[] {
    const seen = new Set(known);
    return values.flatMap((value, index) => {
      const step = this.#step(value, [...path, index], seen);
      // One with a mistake of its own is there all the same.
      for (const id of step === undefined ? idOfMistaken(value) : idsOf(step)) seen.add(id);
      return step === undefined ? [] : [step];
    });
  }

  #step(value: unknown, path: Path, known: ReadonlySet<string>): Step | undefined {
    const kind = kindOf(value);
    if (kind === undefined) {
      this.problems.push({ path, message: `a step needs one of: ${stepKinds.join(', ')}${kindGuess(value)}` });
      return undefined;
    }
    const parsed = z.safeParse(stepSchemas[kind], value);
    if (!parsed.success) {
      this.problems.push(...issuesOf(parsed.error, path, value));
      return undefined;
    }
    const { id } = parsed.data;
    if (this.ids.has(id)) this.problems.push({ path: [...path, 'id'], message: `there is another step "${id}"` });
    this.ids.add(id);
    for (const key of ['when', 'entry'] as const) this.#expression(parsed.data[key], [...path, key], known);
    const step = this.#nested(kind, parsed.data, path, known);
    if (step === undefined) return undefined;
    this.places.set(step, path);
    this.#expression(parsed.data.exit, [...path, 'exit'], new Set([...known, ...idsOf(step)]));
    this.#content(step, path, known);
    return step;
  }

  #nested(kind: StepKind, data: { readonly id: string }, path: Path, known: ReadonlySet<string>): Step | undefined {
    if (kind === 'workflow') return this.#call(data as z.infer<typeof stepSchemas.workflow>, path, known);
    if (kind === 'parallel') {
      const { parallel, ...rest } = data as z.infer<typeof stepSchemas.parallel>;
      // Branches know nothing of each other: their order is nobody's.
      const branches = parallel.flatMap((one, index) => this.#step(one, [...path, 'parallel', index], known) ?? []);
      return { kind, branches, ...rest };
    }
    if (kind === 'repeat' || kind === 'steps') {
      const { steps, ...rest } = data as z.infer<typeof stepSchemas.repeat>;
      return { kind, inner: this.steps(steps, [...path, 'steps'], known), ...rest } as Step;
    }
    return { kind, ...data } as Step;
  }

  /** A call of another workflow, which is checked with it. */
  #call(data: z.infer<typeof stepSchemas.workflow>, path: Path, known: ReadonlySet<string>): Step | undefined {
    const { workflow: name, inputs = {} } = data;
    const at = [...path, 'workflow'];
    if (!Object.hasOwn(this.#workflows, name)) {
      this.problems.push({
        path: at,
        message: `there is no workflow "${name}"${guess(name, Object.keys(this.#workflows)) || `; a file is named with its ending: ${name}.yaml`}`,
      });
      return undefined;
    }
    const checked = this.#called.get(name) ?? checkWorkflow(this.#workflows[name]);
    const isNew = !this.#called.has(name);
    this.#called.set(name, checked);
    if (checked.kind === 'invalid') {
      const inside = checked.problems.map((problem) => ({ ...problem, path: ['workflows', name, ...problem.path] }));
      this.problems.push(...(isNew ? inside : []));
      return undefined;
    }
    for (const [input, value] of Object.entries(inputs))
      if (typeof value === 'string') this.#expression(value, [...path, 'inputs', input], known);
    const wanted = checked.workflow.inputs ?? {};
    for (const input of Object.keys(inputs).filter((one) => !Object.hasOwn(wanted, one)))
      this.problems.push({
        path: [...path, 'inputs', input],
        message: `${name} has no input "${input}"${guess(input, Object.keys(wanted))}`,
        isKey: true,
      });
    for (const [input, fallback] of Object.entries(wanted))
      if (fallback === null && !Object.hasOwn(inputs, input))
        this.problems.push({ path: at, message: `the input "${input}" of ${name} must be given` });
    return { kind: 'workflow', called: checked.workflow, ...data };
  }

  #content(step: Step, path: Path, known: ReadonlySet<string>): void {
    switch (step.kind) {
      case 'agent':
        this.#member(step.agent, [...path, 'agent']);
        this.template(step.prompt, [...path, 'prompt'], known);
        break;
      case 'repeat':
        this.#expression(step.repeat.until, [...path, 'repeat', 'until'], new Set([...known, ...idsOf(step)]));
        break;
      case 'ask':
        this.template(step.ask, [...path, 'ask'], known);
        for (const [index, line] of (step.details ?? []).entries())
          this.template(line, [...path, 'details', index], known);
        break;
      case 'set':
        for (const [slot, value] of Object.entries(step.set))
          if (typeof value === 'string') this.#expression(value, [...path, 'set', slot], known);
        break;
      case 'say':
        this.template(step.say, [...path, 'say'], known);
        this.#member(step.from, [...path, 'from']);
        if (step.to !== 'everybody') for (const name of [step.to].flat()) this.#member(name, [...path, 'to']);
        break;
      default:
        this.#pattern(step, path, known);
    }
  }

  #pattern(step: Step, path: Path, known: ReadonlySet<string>): void {
    switch (step.kind) {
      case 'parallel':
        if (step.onConflict?.startsWith('agent:') === true)
          this.#member(step.onConflict.slice('agent:'.length), [...path, 'onConflict']);
        break;
      case 'fact':
        for (const key of ['entity', 'relation', 'target', 'evidence'] as const)
          this.template(step.fact[key], [...path, 'fact', key], known);
        break;
      case 'vote':
        this.#members(step.vote.voters, [...path, 'vote', 'voters']);
        this.template(step.vote.question, [...path, 'vote', 'question'], known);
        break;
      case 'auction':
        this.#members(step.auction.bidders, [...path, 'auction', 'bidders']);
        this.template(step.auction.task, [...path, 'auction', 'task'], known);
        break;
      case 'chat':
        this.#chat(step, path, known);
        break;
      case 'handoff':
        this.#handoff(step, path, known);
        break;
      case 'team':
        this.#members([...step.team.members], [...path, 'team', 'members']);
        this.#member(step.team.manager, [...path, 'team', 'manager']);
        this.template(step.team.goal, [...path, 'team', 'goal'], known);
        break;
      default:
    }
  }

  #chat(step: Step & { readonly kind: 'chat' }, path: Path, known: ReadonlySet<string>): void {
    const { members, moderator, turns, subject } = step.chat;
    this.#members(members, [...path, 'chat', 'members']);
    this.template(subject, [...path, 'chat', 'subject'], known);
    if (moderator !== undefined) this.#member(moderator, [...path, 'chat', 'moderator']);
    else if (turns === 'moderated')
      this.problems.push({ path: [...path, 'chat', 'turns'], message: 'moderated turns need a moderator' });
  }

  #handoff(step: Step & { readonly kind: 'handoff' }, path: Path, known: ReadonlySet<string>): void {
    const { start, routes, task } = step.handoff;
    this.#member(start, [...path, 'handoff', 'start']);
    this.template(task, [...path, 'handoff', 'task'], known);
    for (const [from, to] of Object.entries(routes)) this.#members([from, ...to], [...path, 'handoff', 'routes', from]);
  }

  #members(names: readonly string[], path: Path): void {
    for (const name of names) this.#member(name, path);
  }

  #member(name: string, path: Path): void {
    if (this.#agents?.includes(name) === false)
      this.problems.push({ path, message: `there is no agent "${name}"${guess(name, this.#agents ?? [])}` });
  }

  #expression(text: string | undefined, path: Path, known: ReadonlySet<string>): void {
    if (text === undefined) return;
    const parsed = parseExpression(text);
    if (parsed.kind === 'invalid') this.problems.push({ path, message: parsed.message, at: parsed.at });
    else this.#names(parsed.expression, path, known);
  }

  /** A text with `${…}`. */
  template(text: string | undefined, path: Path, known: ReadonlySet<string>): void {
    if (text === undefined) return;
    const [plain] = /^(?:steps|inputs|board)\.[\w.]+$/.exec(text.trim()) ?? [];
    if (plain !== undefined)
      this.problems.push({ path, message: `this is plain text; to look it up, write \${${plain}}` });
    const parsed = parseTemplate(text);
    if (parsed.kind === 'invalid') this.problems.push({ path, message: parsed.message, at: parsed.at });
    else
      for (const piece of parsed.template)
        if (typeof piece !== 'string') this.#names(piece.expression, path, known, piece.at);
  }

  #names(expression: Expression, path: Path, known: ReadonlySet<string>, offset = 0): void {
    for (const { path: names, at } of pathsIn(expression)) {
      if (names[0] === 'steps' && names[1] !== undefined) this.lookedAt.add(names[1]);
      const message = this.#nameProblem(names, known);
      if (message !== undefined) this.problems.push({ path, message, at: offset + at });
    }
  }

  #nameProblem([first = '', second]: readonly string[], known: ReadonlySet<string>): string | undefined {
    if (first !== 'steps' && !freeNames.includes(first))
      return `"${first}" means nothing here; there are steps, ${freeNames.join(', ')} (texts need quotes)`;
    if (second === undefined) return undefined;
    if (first === 'inputs' && this.#inputs?.includes(second) === false)
      return `there is no input "${second}"${guess(second, this.#inputs)}`;
    if (first !== 'steps' || known.has(second)) return undefined;
    if (this.ids.has(second)) return `the step "${second}" is not done by then, or may be at work beside it`;
    return `the step "${second}" does not exist${guess(second, [...known])}`;
  }
}

function idOfMistaken(value: unknown): string[] {
  return isRecord(value) && typeof value['id'] === 'string' ? [value['id']] : [];
}

function kindOf(value: unknown): StepKind | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return stepKinds.find((kind) => Object.hasOwn(value, kind));
}

/** Ids of a step and of all within it. */
export function idsOf(step: Step): string[] {
  if (step.kind === 'parallel') return [step.id, ...step.branches.flatMap(idsOf)];
  return step.kind === 'repeat' || step.kind === 'steps' ? [step.id, ...step.inner.flatMap(idsOf)] : [step.id];
}
