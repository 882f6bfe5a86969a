// Compares a request with what a scenario expects; says exactly what is otherwise.
import type { Message, ModelRequest } from '@monkey-coder/protocol';
import type { ScenarioExpectation, ScenarioMatcher } from './scenario.ts';

/** One line for each thing in the request that is not as expected; empty when all is. */
export function findMismatches(expected: ScenarioExpectation, request: ModelRequest): string[] {
  const last = request.messages.at(-1);
  const problems: string[] = [];
  const check = (what: string, matcher: ScenarioMatcher | undefined, actual: string): void => {
    if (matcher !== undefined) problems.push(...compare(what, matcher, actual));
  };
  check('lastMessage', expected.lastMessage, last === undefined ? '' : allText(last));
  check('system', expected.system, request.system);
  check('conversation', expected.conversation, request.messages.map(allText).join('\n'));
  if (expected.toolResult !== undefined || expected.tool !== undefined) {
    problems.push(...toolProblems(expected, last));
  }
  if (expected.lastRole !== undefined && last?.role !== expected.lastRole) {
    problems.push(`lastRole should be ${expected.lastRole} but is ${last?.role ?? 'missing'}`);
  }
  if (expected.messages !== undefined && request.messages.length !== expected.messages) {
    problems.push(`messages should be ${expected.messages} but are ${request.messages.length}`);
  }
  if (expected.model !== undefined && request.model !== expected.model) {
    problems.push(`model should be ${expected.model} but is ${request.model}`);
  }
  const declared = request.tools.map((tool) => tool.name);
  const missing = (expected.tools ?? []).filter((name) => !declared.includes(name));
  if (missing.length > 0)
    problems.push(`tools should include ${missing.join(', ')} but are ${declared.join(', ') || 'none'}`);
  return problems;
}

/** Whether a conversation begins with such a message. */
export function beginsWith(matcher: ScenarioMatcher, request: ModelRequest): boolean {
  const [first] = request.messages;
  return first !== undefined && compare('first message', matcher, allText(first)).length === 0;
}

function toolProblems(expected: ScenarioExpectation, last: Message | undefined): string[] {
  const results = (last?.parts ?? []).filter((part) => part.type === 'tool-result');
  const wanted = expected.tool === undefined ? results : results.filter((part) => part.name === expected.tool);
  if (wanted.length === 0) {
    const what = expected.tool === undefined ? 'a tool result' : `a result of the tool ${expected.tool}`;
    return [`the last message should hold ${what} but holds ${results.map((part) => part.name).join(', ') || 'none'}`];
  }
  const { toolResult } = expected;
  if (toolResult === undefined) return [];
  const problems = wanted.map((part) => compare('toolResult', toolResult, part.output));
  return problems.some((list) => list.length === 0) ? [] : (problems[0] ?? []);
}

function allText(message: Message): string {
  return message.parts
    .map((part) => (part.type === 'text' ? part.text : part.type === 'tool-result' ? part.output : ''))
    .filter((text) => text !== '')
    .join('\n');
}

function compare(what: string, matcher: ScenarioMatcher, actual: string): string[] {
  const { contains, lacks, matches } = typeof matcher === 'string' ? { contains: matcher } : matcher;
  const wanted = contains === undefined ? [] : typeof contains === 'string' ? [contains] : contains;
  const problems = wanted
    .filter((text) => !actual.includes(text))
    .map((text) => `${what} should contain ${quote(text)} but is ${quote(actual)}`);
  if (lacks !== undefined && actual.includes(lacks)) problems.push(`${what} should not contain ${quote(lacks)}`);
  if (matches !== undefined && !new RegExp(matches, 's').test(actual)) {
    problems.push(`${what} should match /${matches}/ but is ${quote(actual)}`);
  }
  return problems;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 200)} … ${text.slice(-90)}` : text);
}
