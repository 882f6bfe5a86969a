// Chooses the agent for a task from its words, with a confidence. Pure.
//
// A role is more than words: a tester leaves product code alone, a writer changes nothing but documentation. So what counts is what
// the clauses of a task ask for, not which words are in it: a role is called for by a verb at the beginning of a clause and what it is
// about ("add tests for the parser"), half as much after something for a developer. Whatever else is asked for, or told first
// ("connect() takes once=True: … Add tests."), is a developer's. The confidence is the winner's share of all points, so that it is low where a task
// asks for two things.
import type { AgentDefinition } from './agent-definition.ts';
import { defaultAgent } from './agent-stamp.ts';

/** Below this a person is asked, or the default agent works. */
export const agentThreshold = 0.6;

/** The choice. */
export interface AgentChoice {
  readonly name: string;
  /** 0..1. */
  readonly confidence: number;
  readonly reason: string;
}

const calls: readonly (readonly [name: string, clause: RegExp])[] = [
  [
    'security-analyst',
    /^(?:audit|pentest|threat[- ]model)\b|^(?:look|check|search|scan|analy[sz]e|assess|review|find|is|are)\b.*\b(?:security|vulnerab\w+|exploit\w*|owasp|injections?|xss|csrf|secrets)\b/i,
  ],
  [
    'tester',
    /^(?:write|add|generate|improve|extend|increase|create)\s+(?:[\w'-]+\s+){0,3}?(?:tests?|coverage)\b|^cover\b.*\bwith tests\b|^(?:stabili[sz]e|deflake)\b/i,
  ],
  [
    'technical-writer',
    /^document\b|^(?:write|update|improve|add|generate|create|fix|correct|extend|translate|proofread)\s+(?:[\w'-]+\s+){0,4}?(?:docs?|documentation|readme|changelog|docstrings?|tutorial|guide|release notes|jsdoc|comments)\b(?! (?:page|site|build|component|route|link|app|server|generator|parser))/i,
  ],
  [
    'devops',
    /^(?:deploy|containeri[sz]e|dockeri[sz]e)\b|^(?:write|add|set up|create|fix|update|improve|configure)\s+(?:[\w'-]+\s+){0,4}?(?:dockerfile|ci|ci\/cd|(?:ci|build|release|deploy\w*) pipeline|kubernetes|helm|terraform|github actions?|gitlab ci|deployment|infrastructure|release process)\b/i,
  ],
  [
    'performance',
    /^(?:speed up|optimi[sz]e|profile|benchmark)\b|^(?:make|improve|reduce|measure|find out why|why is|why does)\b.*\b(?:faster|performance|slow(?:er|ly|ness)?|latency|throughput|memory (?:usage|leak|use)|start-?up time)\b/i,
  ],
  [
    'architect',
    /^(?:design|architect|propose (?:a|an|the) \w+|how should (?:we|i) structure|plan (?:the|a|an|how|out))\b/i,
  ],
  [
    'reviewer',
    /^(?:(?:do|give me) a )?(?:code[- ])?review\b|^(?:critique|look over|what is wrong with|find (?:the |any )?(?:bugs|problems|issues)|feedback on)\b/i,
  ],
];
/** What changes code, and whatever no role is called for by. */
const development =
  /^(?:implement|add|fix|repair|refactor|rename|create|write|upgrade|migrate|debug|change|make|remove|delete|replace|move|update|support|handle|convert|build|use)\b/i;
const politeness =
  /^(?:(?:hi|hello|hey|please|now|just|first|can you|could you|would you|will you|let's|let us|we need to|we should|i want you to|i'd like you to|i need you to|you should|help me(?: to)?|go and)[ ,]+)+/i;
/** A clause that only says where. */
const place = /^(?:in|for|at|under|inside|within|on)\s\S+(?:\s\S+){0,3}$/i;

/** Chooses among the agents that may be used. An agent named in the task itself ("as reviewer", "@tester") is certain. */
export function chooseAgent(task: string, agents: readonly AgentDefinition[]): AgentChoice {
  const named = agents.find(({ name }) =>
    new RegExp(`(?:^|\\s)@${escaped(name)}\\b|\\bas (?:an? |the )?${escaped(name)}\\b`, 'i').test(task),
  );
  if (named !== undefined) return { name: named.name, confidence: 1, reason: 'the task names it' };
  const scores = new Map<string, Score>();
  const give = (name: string, points: number, words: string): void => {
    const before = scores.get(name) ?? { points: 0, words: [] };
    scores.set(name, { points: before.points + points, words: [...before.words, words] });
  };
  for (const [index, clause] of clausesOf(task).entries()) {
    const weight = index === 0 || !scores.has(defaultAgent) ? 2 : 1;
    const role = calls.find(([name, words]) => words.test(clause) && isBuiltin(agents, name));
    if (role !== undefined) give(role[0], weight, firstWords(role[1], clause));
    else if (index === 0 || development.test(clause)) give(defaultAgent, 2, '');
    for (const agent of agents.filter(({ scope }) => scope !== 'builtin')) {
      const found = wordsOf(agent)?.exec(clause);
      if (found) give(agent.name, weight, found[0]);
    }
  }
  return winnerOf(scores);
}

interface Score {
  readonly points: number;
  readonly words: readonly string[];
}

function winnerOf(scores: ReadonlyMap<string, Score>): AgentChoice {
  const all = [...scores].sort(([, one], [, other]) => other.points - one.points);
  const total = all.reduce((sum, [, { points }]) => sum + points, 0);
  const [best] = all;
  if (best === undefined || (best[0] === defaultAgent && all.length === 1))
    return { name: defaultAgent, confidence: 1, reason: 'no other role is called for' };
  const [name, { points, words }] = best;
  const said = [...new Set(words.filter((word) => word !== ''))].map((word) => `“${word.toLowerCase()}”`);
  const reason = said.length === 0 ? 'the task asks for a change of code' : `the task says ${said.join(', ')}`;
  return { name, confidence: points / total, reason };
}

/** The clauses of a task that ask for something, without politeness. */
function clausesOf(task: string): string[] {
  const parts = task.slice(0, 2000).split(/[.;:!?]+\s+|\n+|,?\s+(?:and|then|also)\s+|,\s+/);
  const clauses = parts.map((part) =>
    part
      .trim()
      .replace(/^[-*\d.)\s]+/, '')
      .replace(politeness, ''),
  );
  return clauses.filter((clause) => clause !== '' && !place.test(clause));
}

function isBuiltin(agents: readonly AgentDefinition[], name: string): boolean {
  return agents.some((agent) => agent.name === name && agent.scope === 'builtin');
}

/** The words that call, at most forty characters of them. */
function firstWords(call: RegExp, clause: string): string {
  const found = call.exec(clause)?.[0] ?? '';
  return found.length <= 40 ? found : `${found.slice(0, 39)}…`;
}

/** Agents of user and project are called for by their capabilities. */
function wordsOf({ capabilities }: AgentDefinition): RegExp | undefined {
  const words = capabilities.filter((word) => word.length > 2).map(escaped);
  return words.length === 0 ? undefined : new RegExp(`\\b(?:${words.join('|')})\\b`, 'i');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('-', '[- ]');
}
