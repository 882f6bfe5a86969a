// Workflows in TypeScript: the same definition as in YAML, with the names of agents checked by the compiler.
import type * as z from 'zod/mini';
import type { headSchema, Member, StepKind, stepSchemas, WorkflowDefinition } from './workflow.ts';

type Head = Omit<z.infer<typeof headSchema>, 'agents' | 'steps'>;
type Raw<Kind extends StepKind> = z.infer<(typeof stepSchemas)[Kind]>;
type Common = Pick<Raw<'agent'>, 'when' | 'entry' | 'exit' | 'retries' | 'onFailure' | 'copy'>;
/** Members of a pattern that name agents, with the names that there are. */
type Named<Of, Keys extends keyof Of, Type> = Omit<Of, Keys> & { readonly [Key in Keys]: Type };

/** A step as it is written. */
export type DefinedStep = { readonly id: string } & Readonly<Record<string, unknown>>;

/** Makes steps; `Name` are the workflow's agents. */
export interface StepMaker<Name extends string> {
  agent(id: string, agent: Name, prompt: string, more?: Common & Pick<Raw<'agent'>, 'answer'>): DefinedStep;
  group(id: string, steps: readonly DefinedStep[], more?: Common): DefinedStep;
  parallel(
    id: string,
    branches: readonly DefinedStep[],
    more?: Common & Pick<Raw<'parallel'>, 'join' | 'onConflict'>,
  ): DefinedStep;
  barrier(id: string, name: string, more?: Common & Pick<Raw<'barrier'>, 'parties' | 'quorum' | 'broken'>): DefinedStep;
  workflow(id: string, file: string, more?: Common & Pick<Raw<'workflow'>, 'inputs'>): DefinedStep;
  repeat(id: string, bound: Raw<'repeat'>['repeat'], steps: readonly DefinedStep[], more?: Common): DefinedStep;
  ask(id: string, question: string, more?: Common & Pick<Raw<'ask'>, 'details' | 'fallback'>): DefinedStep;
  set(id: string, slots: Raw<'set'>['set'], more?: Common & Pick<Raw<'set'>, 'expect' | 'merge'>): DefinedStep;
  say(
    id: string,
    letter: { readonly from: Name; readonly to: Name | readonly Name[] | 'everybody'; readonly text: string },
    more?: Common & Pick<Raw<'say'>, 'topic'>,
  ): DefinedStep;
  fact(id: string, fact: Raw<'fact'>['fact'], more?: Common & { readonly by?: Name }): DefinedStep;
  vote(id: string, vote: Named<Raw<'vote'>['vote'], 'voters', readonly Name[]>, more?: Common): DefinedStep;
  auction(
    id: string,
    auction: Named<Raw<'auction'>['auction'], 'bidders', readonly Name[]>,
    more?: Common,
  ): DefinedStep;
  chat(
    id: string,
    chat: Named<Omit<Raw<'chat'>['chat'], 'moderator'>, 'members', readonly Name[]> & { readonly moderator?: Name },
    more?: Common,
  ): DefinedStep;
  handoff(
    id: string,
    handoff: Omit<Raw<'handoff'>['handoff'], 'start' | 'routes'> & {
      readonly start: Name;
      readonly routes: Readonly<Partial<Record<Name, readonly Name[]>>>;
    },
    more?: Common,
  ): DefinedStep;
  team(
    id: string,
    team: Named<Named<Raw<'team'>['team'], 'members', readonly Name[]>, 'manager', Name>,
    more?: Common,
  ): DefinedStep;
}

/** A definition out of its head, its agents and steps made for them. Expressions are checked when it is read, by `checkWorkflow`. */
export function defineWorkflow<Name extends string>(
  head: Head & { readonly agents: Readonly<Record<Name, Member>> },
  steps: (make: StepMaker<Name>) => readonly DefinedStep[],
): WorkflowDefinition {
  return { ...head, steps: steps(maker) };
}

const maker: StepMaker<string> = {
  agent: (id, agent, prompt, more) => ({ id, agent, prompt, ...more }),
  group: (id, steps, more) => ({ id, steps, ...more }),
  parallel: (id, parallel, more) => ({ id, parallel, ...more }),
  barrier: (id, barrier, more) => ({ id, barrier, ...more }),
  workflow: (id, workflow, more) => ({ id, workflow, ...more }),
  repeat: (id, repeat, steps, more) => ({ id, repeat, steps, ...more }),
  ask: (id, ask, more) => ({ id, ask, ...more }),
  set: (id, set, more) => ({ id, set, ...more }),
  say: (id, { from, to, text }, more) => ({ id, say: text, from, to, ...more }),
  fact: (id, fact, more) => ({ id, fact, ...more }),
  vote: (id, vote, more) => ({ id, vote, ...more }),
  auction: (id, auction, more) => ({ id, auction, ...more }),
  chat: (id, chat, more) => ({ id, chat, ...more }),
  handoff: (id, handoff, more) => ({ id, handoff, ...more }),
  team: (id, team, more) => ({ id, team, ...more }),
};
