// Walks through a workflow. Everything it decides by is on record, so walking again after a crash comes to the same place.
import { boardAfter, changesOf, costOf, decided, failedStep } from '@monkey-coder/agents';
import type { JsonObject, JsonValue, StepResult } from '@monkey-coder/protocol';
import { evaluate, isTrue, parseExpression, type Scope } from './expression.ts';
import { memberPrompt } from './member-context.ts';
import type { Place } from './place.ts';
import { mapped, sayMessage, setSlots } from './plain-steps.ts';
import { runCall } from './run-call.ts';
import { runParallel } from './run-parallel.ts';
import { runPattern } from './run-pattern.ts';
import { fillText } from './template.ts';
import { arrivalsOf, arriveAt } from './wait-at-barrier.ts';
import type { WorkCrew } from './work-crew.ts';
import type { Step, Workflow } from './workflow.ts';

/** What a walk is made with. */
export interface Walk {
  readonly workflow: Workflow;
  readonly inputs: Readonly<Record<string, JsonValue>>;
  readonly crew: WorkCrew;
  /** Before the keys of its steps: the step that calls it, and a dot. */
  readonly prefix?: string;
}

/** Runs all steps; throws `WorkStopped` when it must be gone on with later. */
export async function runWorkflow(walk: Walk): Promise<StepResult> {
  const walker = new Walker(walk);
  const end = await walker.sequence(walk.workflow.steps, walk.prefix ?? '', { crew: walk.crew });
  if (end.status === 'failed' || walk.workflow.output === undefined) return end;
  const { data: _ofLastStep, ...rest } = end;
  return { ...rest, text: fillText(walk.workflow.output, walker.scope()) };
}

/** One walk: what the steps came to so far. */
class Walker {
  readonly #walk: Walk;
  readonly #results = new Map<string, StepResult>();
  /** Steps that only hold others: their words are those of the last one within. */
  readonly #groups = new Set<string>();

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  /** One after another, up to the first that fails and may not. */
  async sequence(steps: readonly Step[], prefix: string, place: Place): Promise<StepResult> {
    const done: StepResult[] = [];
    for (const step of steps) {
      const result = await this.#step(step, prefix, place);
      done.push(result);
      if (result.status !== 'failed' || step.onFailure === 'continue') continue;
      return { ...failedStep(`${prefix}${step.id}: ${result.reason}`, done), text: result.text };
    }
    const last = done.findLast((result) => result.status === 'ok');
    return decided(last?.text ?? '', 'all steps are done', {
      ...(last?.data === undefined ? {} : { data: last.data }),
      costMicroUsd: costOf(done),
      changes: changesOf(done),
    });
  }

  /** Names for expressions. */
  scope(round?: number): Scope {
    const { inputs, crew } = this.#walk;
    const board = [...boardAfter(crew.past())].map(([slot, { value }]) => [slot, value] as const);
    const results = [...this.#results].map(([id, result]) => [id, result as unknown as JsonValue] as const);
    return {
      inputs: { ...inputs },
      steps: Object.fromEntries(results),
      board: Object.fromEntries(board),
      round: round ?? null,
    };
  }

  async #step(step: Step, prefix: string, place: Place): Promise<StepResult> {
    const key = `${prefix}${step.id}`;
    if (groupKinds.has(step.kind)) this.#groups.add(step.id);
    const result = await this.#tried(step, key, place);
    this.#results.set(step.id, result);
    return result;
  }

  async #tried(step: Step, key: string, place: Place): Promise<StepResult> {
    if (!this.#holds(step.when, `${key}?when`, place)) {
      return { ...decided('', `passed over: ${step.when} does not hold`), status: 'skipped' };
    }
    if (!this.#holds(step.entry, `${key}?entry`, place))
      return failedStep(`its entry condition ${step.entry} does not hold`);
    const attempts: StepResult[] = [];
    const arrivals = arrivalsOf(place.party);
    for (let attempt = 0; attempt <= (step.retries ?? 0); attempt += 1) {
      const own = attempt === 0 ? key : `${key}~${attempt + 1}`;
      arrivals.reset();
      const result = await this.#perform(step, own, place);
      this.#results.set(step.id, result);
      const isLeft = result.status === 'failed' || this.#holds(step.exit, `${own}?exit`, place);
      const judged = isLeft
        ? result
        : { ...result, status: 'failed' as const, reason: `its exit condition ${step.exit} does not hold` };
      attempts.push(judged);
      if (judged.status !== 'failed') break;
    }
    const last = attempts.at(-1) ?? failedStep('nothing was tried');
    return { ...last, costMicroUsd: costOf(attempts), changes: changesOf(attempts) };
  }

  #perform(step: Step, key: string, place: Place): Promise<StepResult> {
    const fill = (text: string): string => fillText(text, this.scope(place.round));
    const value = (text: string): JsonValue => expressionValue(text, this.scope(place.round));
    switch (step.kind) {
      case 'agent':
        return this.#agent(step, key, place);
      case 'steps':
        return this.sequence(step.inner, `${key}.`, place);
      case 'repeat':
        return this.#repeat(step, key, place);
      case 'parallel':
        return runParallel(step, key, place, (branch, own) => this.#step(branch, `${key}.`, own));
      case 'barrier':
        return arriveAt(step, key, place.party);
      case 'workflow':
        return runCall(step, key, place.crew, { evaluated: value, walk: runWorkflow });
      case 'ask':
        return this.#ask(step, key, place, fill);
      case 'set':
        return Promise.resolve(setSlots(step, key, place.crew, value));
      case 'say':
        return Promise.resolve(sayMessage(step, key, place.crew, { text: fill(step.say), all: this.#members() }));
      case 'fact': {
        const fact = mapped(step.fact, fill);
        place.crew.note({ type: 'fact.asserted', step: key, ...fact, by: step.by ?? 'workflow' });
        return Promise.resolve(decided(`${fact.entity} ${fact.relation} ${fact.target}`, 'kept with its evidence'));
      }
      default:
        return runPattern(step, key, {
          crew: place.crew,
          fill,
          withContext: (member, prompt, own) => this.#withContext(member, prompt, own),
        });
    }
  }

  /** A person's no ends the workflow, unless an expression looks at the answer: then the workflow says what a no means. */
  async #ask(
    step: Step & { readonly kind: 'ask' },
    key: string,
    place: Place,
    fill: (text: string) => string,
  ): Promise<StepResult> {
    const { fallback, details = [] } = step;
    const question = { step: key, question: fill(step.ask), details: details.map(fill) };
    const result = await place.crew.askPerson(fallback === undefined ? question : { ...question, fallback });
    const isEnd = result.data === false && !this.#walk.workflow.lookedAt.has(step.id);
    return isEnd ? { ...result, status: 'failed' } : result;
  }

  async #agent(step: Step & { readonly kind: 'agent' }, key: string, place: Place): Promise<StepResult> {
    const prompt = this.#withContext(step.agent, fillText(step.prompt, this.scope(place.round)), key);
    const { answer } = step;
    const request = { step: key, member: step.agent, prompt };
    return place.crew.ask(answer === undefined ? request : { ...request, answer: answer as JsonObject });
  }

  async #repeat(step: Step & { readonly kind: 'repeat' }, key: string, place: Place): Promise<StepResult> {
    const rounds: StepResult[] = [];
    for (let round = 1; round <= step.repeat.max; round += 1) {
      const own = { ...place, round };
      const result = await this.sequence(step.inner, `${key}[${round}].`, own);
      rounds.push(result);
      this.#results.set(step.id, result);
      if (result.status === 'failed') return { ...result, costMicroUsd: costOf(rounds), changes: changesOf(rounds) };
      if (this.#holds(step.repeat.until, `${key}[${round}]?until`, own)) {
        const reason = `${step.repeat.until} holds after ${round} of ${step.repeat.max} rounds`;
        return { ...result, reason, costMicroUsd: costOf(rounds), changes: changesOf(rounds) };
      }
    }
    return failedStep(`${step.repeat.until} does not hold after ${step.repeat.max} rounds`, rounds);
  }

  /** Decides once: what the condition said when it was first asked is what counts. */
  #holds(condition: string | undefined, step: string, { crew, round }: Place): boolean {
    if (condition === undefined) return true;
    const holds = isTrue(expressionValue(condition, this.scope(round)));
    return crew.note({ type: 'condition.decided', step, condition, holds }).holds;
  }

  #members(): string[] {
    return Object.keys(this.#walk.workflow.agents);
  }

  #withContext(member: string, prompt: string, step: string): string {
    const { workflow, crew } = this.#walk;
    const results = new Map(
      [...this.#results].filter(([id, { status }]) => !this.#groups.has(id) || status === 'failed'),
    );
    return memberPrompt({ member, prompt, step, definition: workflow.agents[member], crew, results });
  }
}

const groupKinds: ReadonlySet<Step['kind']> = new Set(['steps', 'repeat', 'parallel']);

function expressionValue(text: string, scope: Scope): JsonValue {
  const parsed = parseExpression(text);
  if (parsed.kind === 'invalid') throw new Error(`an expression that was checked does not parse: ${parsed.message}`);
  return evaluate(parsed.expression, scope);
}
