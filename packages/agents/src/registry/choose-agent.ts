// Chooses the agent for a task from its words, with a confidence. Pure.
//
// Each role has words that call for it; a word at the beginning of the task, where the verb stands, counts twice. A developer's word
// inside another role's (the "add" of "add tests") is not his. The confidence is the winner's share of all points, so that it is
// low where two roles are called for alike.
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

const calls: Readonly<Record<string, RegExp>> = {
  developer:
    /\b(?:implement|add|fix|repair|refactor|rename|create|write (?:a |the )?(?:function|class|script|code)|upgrade|migrate|debug)\b/gi,
  architect:
    /\b(?:design(?: doc| an?| the|s)?|architect(?:ure|ural)?|trade-?offs?|propose (?:a|an|the) (?:structure|approach)|how should (?:we|i) structure|plan (?:the|a|how))\b/gi,
  reviewer:
    /\b(?:review|code review|critique|look over|what is wrong with|find (?:bugs|problems|issues) in|feedback on)\b/gi,
  tester:
    /\b(?:(?:write|add|generate|improve) (?:\w+ ){0,3}tests?|test coverage|unit tests?|integration tests?|flaky|regression tests?|cover \w+ with tests)\b/gi,
  'security-analyst':
    /\b(?:security|vulnerabilit(?:y|ies)|vulnerable|exploit\w*|threat model|owasp|cve-?\d*|penetration|injection|xss|csrf|audit (?:the )?(?:code|dependencies|security))\b/gi,
  'technical-writer':
    /\b(?:document(?:ation|ing)?|docs?|readme|changelog|docstrings?|tutorial|how-to guide|release notes|jsdoc)\b/gi,
  devops:
    /\b(?:deploy(?:ment|ing)?|ci\/cd|pipeline|dockerfile|docker|kubernetes|helm|terraform|github actions?|gitlab ci|infrastructure|release process)\b/gi,
  performance:
    /\b(?:performance|slow(?:er|ness)?|speed ?up|faster|latency|throughput|profil(?:e|ing)|benchmark|memory (?:leak|usage)|optimi[sz]e)\b/gi,
};

/** Chooses among the agents that may be used. An agent named in the task itself ("as reviewer", "@tester") is certain. */
export function chooseAgent(task: string, agents: readonly AgentDefinition[]): AgentChoice {
  const named = agents.find(({ name }) =>
    new RegExp(`(?:^|\\s)@${escaped(name)}\\b|\\bas (?:an? |the )?${escaped(name)}\\b`, 'i').test(task),
  );
  if (named !== undefined) return { name: named.name, confidence: 1, reason: 'the task names it' };
  const others = agents.filter(({ name }) => name !== defaultAgent).map((agent) => scoreOf(task, agent, []));
  const taken = others.flatMap(({ places }) => places);
  const developers = agents.filter(({ name }) => name === defaultAgent).map((agent) => scoreOf(task, agent, taken));
  const scores = [...developers, ...others].filter(({ points }) => points > 0);
  const total = scores.reduce((sum, { points }) => sum + points, 0);
  const best = scores.reduce((winner, one) => (one.points > winner.points ? one : winner), nobody);
  if (best === nobody) return { name: defaultAgent, confidence: 1, reason: 'no other role is called for' };
  return { name: best.name, confidence: best.points / total, reason: `the task says ${best.words.join(', ')}` };
}

interface Score {
  readonly name: string;
  readonly points: number;
  readonly words: readonly string[];
  /** Where they stand: from, to. */
  readonly places: readonly (readonly [number, number])[];
}

const nobody: Score = { name: defaultAgent, points: 0, words: [], places: [] };

function scoreOf(task: string, agent: AgentDefinition, taken: Score['places']): Score {
  const expression = agent.scope === 'builtin' ? calls[agent.name] : wordsOf(agent);
  if (expression === undefined) return { ...nobody, name: agent.name };
  const found = [...task.slice(0, 2000).matchAll(expression)].filter(
    ({ index }) => !taken.some(([from, to]) => index >= from && index < to),
  );
  const points = found.reduce((sum, match) => sum + (match.index < 24 ? 2 : 1), 0);
  const words = [...new Set(found.map(([word]) => `“${word.toLowerCase()}”`))];
  const places = found.map(({ index, 0: word }) => [index, index + word.length] as const);
  return { name: agent.name, points, words, places };
}

/** Agents of user and project are called for by their capabilities. */
function wordsOf({ capabilities }: AgentDefinition): RegExp | undefined {
  const words = capabilities.filter((word) => word.length > 2).map(escaped);
  return words.length === 0 ? undefined : new RegExp(`\\b(?:${words.join('|')})\\b`, 'gi');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('-', '[- ]');
}
