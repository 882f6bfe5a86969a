// Walks through a workflow. Everything it decides by is on record, so walking again after a crash comes to the same place.
import {
  boardAfter,
  type Crew,
  changesOf,
  costOf,
  decided,
  decideWrite,
  failedStep,
  sending,
  sideBySide,
} from '@monkey-coder/agents';
import type { JsonObject, JsonValue, StepResult } from '@monkey-coder/protocol';
import { evaluate, isTrue, parseExpression, type Scope } from './expression.ts';
import { memberPrompt } from './member-context.ts';
import { runPattern } from './run-pattern.ts';
import { fillText } from './template.ts';
import type { Step, Workflow } from './workflow.ts';

/** What a walk is made with. */
export interface Walk {
  readonly workflow: Workflow;
  readonly inputs: Readonly<Record<string, JsonValue>>;
  readonly crew: Crew;
}

/** Runs all steps; throws `WorkStopped` when it must be gone on with later. */
export async function runWorkflow(walk: Walk): Promise<StepResult> {
  const walker = new Walker(walk);
  const end = await walker.sequence(walk.workflow.steps, '');
  if (end.status === 'failed' || walk.workflow.output === undefined) return end;
  return { ...end, text: fillText(walk.workflow.output, walker.scope()) };
}

/** One walk: what the steps came to so far. */
class Walker {
  readonly #walk: Walk;
  readonly #results = new Map<string, StepResult>();

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  /** One after another, up to the first that fails and may not. */
  async sequence(steps: readonly Step[], prefix: string, round?: number): Promise<StepResult> {
    const done: StepResult[] = [];
    for (const step of steps) {
      const result = await this.#step(step, prefix, round);
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

  async #step(step: Step, prefix: string, round: number | undefined): Promise<StepResult> {
    const key = `${prefix}${step.id}`;
    const result = await this.#tried(step, key, round);
    this.#results.set(step.id, result);
    return result;
  }

  async #tried(step: Step, key: string, round: number | undefined): Promise<StepResult> {
    if (!this.#holds(step.when, `${key}?when`, round)) {
      return { ...decided('', `passed over: ${step.when} does not hold`), status: 'skipped' };
    }
    if (!this.#holds(step.entry, `${key}?entry`, round))
      return failedStep(`its entry condition ${step.entry} does not hold`);
    const attempts: StepResult[] = [];
    for (let attempt = 0; attempt <= (step.retries ?? 0); attempt += 1) {
      const own = attempt === 0 ? key : `${key}~${attempt + 1}`;
      const result = await this.#perform(step, own, round);
      this.#results.set(step.id, result);
      const isLeft = result.status === 'failed' || this.#holds(step.exit, `${own}?exit`, round);
      const judged = isLeft
        ? result
        : { ...result, status: 'failed' as const, reason: `its exit condition ${step.exit} does not hold` };
      attempts.push(judged);
      if (judged.status !== 'failed') break;
    }
    const last = attempts.at(-1) ?? failedStep('nothing was tried');
    return { ...last, costMicroUsd: costOf(attempts), changes: changesOf(attempts) };
  }

  #perform(step: Step, key: string, round: number | undefined): Promise<StepResult> {
    switch (step.kind) {
      case 'agent':
        return this.#agent(step, key, round);
      case 'steps':
        return this.sequence(step.inner, `${key}.`, round);
      case 'repeat':
        return this.#repeat(step, key);
      case 'parallel':
        return this.#parallel(step, key, round);
      case 'ask': {
        const { fallback, details = [] } = step;
        const fill = (text: string): string => fillText(text, this.scope(round));
        const question = { step: key, question: fill(step.ask), details: details.map(fill) };
        return this.#walk.crew.askPerson(fallback === undefined ? question : { ...question, fallback });
      }
      case 'set':
        return Promise.resolve(this.#set(step, key, round));
      case 'say':
        return Promise.resolve(this.#say(step, key, round));
      case 'fact': {
        const fact = mapped(step.fact, (text) => fillText(text, this.scope(round)));
        this.#walk.crew.note({ type: 'fact.asserted', step: key, ...fact, by: step.by ?? 'workflow' });
        return Promise.resolve(decided(`${fact.entity} ${fact.relation} ${fact.target}`, 'kept with its evidence'));
      }
      default:
        return runPattern(step, key, {
          crew: this.#walk.crew,
          fill: (text) => fillText(text, this.scope(round)),
          withContext: (member, prompt, own) => this.#withContext(member, prompt, own),
        });
    }
  }

  async #agent(step: Step & { readonly kind: 'agent' }, key: string, round: number | undefined): Promise<StepResult> {
    const prompt = this.#withContext(step.agent, fillText(step.prompt, this.scope(round)), key);
    const { answer } = step;
    const request = { step: key, member: step.agent, prompt };
    return this.#walk.crew.ask(answer === undefined ? request : { ...request, answer: answer as JsonObject });
  }

  async #repeat(step: Step & { readonly kind: 'repeat' }, key: string): Promise<StepResult> {
    const rounds: StepResult[] = [];
    for (let round = 1; round <= step.repeat.max; round += 1) {
      const result = await this.sequence(step.inner, `${key}[${round}].`, round);
      rounds.push(result);
      this.#results.set(step.id, result);
      if (result.status === 'failed') return { ...result, costMicroUsd: costOf(rounds), changes: changesOf(rounds) };
      if (this.#holds(step.repeat.until, `${key}[${round}]?until`, round)) {
        const reason = `${step.repeat.until} holds after ${round} of ${step.repeat.max} rounds`;
        return { ...result, reason, costMicroUsd: costOf(rounds), changes: changesOf(rounds) };
      }
    }
    return failedStep(`${step.repeat.until} does not hold after ${step.repeat.max} rounds`, rounds);
  }

  async #parallel(
    step: Step & { readonly kind: 'parallel' },
    key: string,
    round: number | undefined,
  ): Promise<StepResult> {
    const { branches, join = 'all' } = step;
    const results = await sideBySide(branches.map((branch) => this.#step(branch, `${key}.`, round)));
    const arrived = branches.filter((_branch, index) => results[index]?.status !== 'failed').map((branch) => branch.id);
    const wanted = join === 'all' ? branches.length : join === 'any' ? 1 : join;
    const texts = results.map((result, index) => `## ${branches[index]?.id}\n${result.text || result.reason}`);
    const data = Object.fromEntries(
      results.map((result, index) => [branches[index]?.id ?? '', result.data ?? result.text]),
    );
    const whole = { text: texts.join('\n\n'), data, costMicroUsd: costOf(results), changes: changesOf(results) };
    if (arrived.length < wanted) {
      return { ...failedStep(`${arrived.length} of ${branches.length} branches succeeded, ${wanted} must`), ...whole };
    }
    this.#walk.crew.note({ type: 'barrier.passed', step: key, barrier: step.id, arrived });
    return { ...decided('', `${arrived.length} of ${branches.length} branches succeeded`), ...whole };
  }

  #set(step: Step & { readonly kind: 'set' }, key: string, round: number | undefined): StepResult {
    const { crew } = this.#walk;
    const scope = this.scope(round);
    const board = boardAfter(crew.past());
    const done = crew.past().some((event) => event.type === 'blackboard.changed' && event.step.startsWith(`${key}:`));
    for (const [slot, expected] of Object.entries(done ? {} : (step.expect ?? {}))) {
      const version = board.get(slot)?.version ?? 0;
      if (version !== expected)
        return failedStep(`the slot ${slot} has version ${version}, not ${expected}; nothing was set`);
    }
    for (const [slot, given] of Object.entries(step.set)) {
      const value = typeof given === 'string' ? expressionValue(given, scope) : given;
      const write = {
        step: `${key}:${slot}`,
        slot,
        value,
        by: 'workflow',
        ...(step.merge ? { merge: step.merge } : {}),
      };
      const answer = decideWrite(board, write);
      if (answer.kind === 'change') crew.note(answer.event);
    }
    return decided(Object.keys(step.set).join(', '), 'set');
  }

  #say(step: Step & { readonly kind: 'say' }, key: string, round: number | undefined): StepResult {
    const members = Object.keys(this.#walk.workflow.agents);
    const to = step.to === 'everybody' ? ('everybody' as const) : [step.to].flat();
    const text = fillText(step.say, this.scope(round));
    const letter = { step: key, from: step.from, to, topic: step.topic ?? '', text };
    this.#walk.crew.note(sending(letter, members));
    return decided(text, 'sent');
  }

  /** Decides once: what the condition said when it was first asked is what counts. */
  #holds(condition: string | undefined, step: string, round: number | undefined): boolean {
    if (condition === undefined) return true;
    const holds = isTrue(expressionValue(condition, this.scope(round)));
    return this.#walk.crew.note({ type: 'condition.decided', step, condition, holds }).holds;
  }

  #withContext(member: string, prompt: string, step: string): string {
    const { workflow, crew } = this.#walk;
    return memberPrompt({ member, prompt, step, definition: workflow.agents[member], crew, results: this.#results });
  }
}

function expressionValue(text: string, scope: Scope): JsonValue {
  const parsed = parseExpression(text);
  if (parsed.kind === 'invalid') throw new Error(`an expression that was checked does not parse: ${parsed.message}`);
  return evaluate(parsed.expression, scope);
}

function mapped<Key extends string>(
  of: Readonly<Record<Key, string>>,
  by: (text: string) => string,
): Record<Key, string> {
  return Object.fromEntries(Object.entries<string>(of).map(([key, text]) => [key, by(text)])) as Record<Key, string>;
}
