// Permission rules such as `Bash(npm test:*)`, `Edit(src/**)`, `Read`, `mcp__github`.
import { type Boundary, relativePath } from './paths.ts';

/** A parsed rule. */
export interface PermissionRule {
  readonly source: string;
  /** Lower case, without parentheses. */
  readonly tool: string;
  /** What stands in parentheses; undefined for the tool as a whole. */
  readonly what: string | undefined;
}

/** Rules as the user wrote them; unknown forms match nothing. */
export interface RuleSet {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly ask: readonly string[];
  /** Lists of hosts from policies: what is reached must be covered by each of them. */
  readonly hosts?: readonly (readonly string[])[];
  /** The only tools an agent may call at all, by its definition. */
  readonly only?: { readonly agent: string; readonly tools: readonly string[] };
}

/** Names that rules of other agents use for our tools, and rules that cover several. */
const covers: Readonly<Record<string, readonly string[]>> = {
  read: ['read', 'list', 'grep', 'code', 'skill'],
  edit: ['edit', 'write', 'apply_patch'],
  multiedit: ['edit', 'write', 'apply_patch'],
  glob: ['list'],
  ls: ['list'],
  shell: ['bash'],
  todowrite: ['todo'],
  webfetch: ['fetch'],
  websearch: ['web_search'],
};

/** Splits `Tool(what)`; undefined for text that is no rule. */
export function parseRule(source: string): PermissionRule | undefined {
  const match = /^\s*([\w.*-]+)\s*(?:\(([\s\S]*)\))?\s*$/.exec(source);
  if (match === null) return undefined;
  const what = match[2]?.trim();
  return {
    source,
    tool: (match[1] ?? '').toLowerCase(),
    what: what === '' || what === '*' || what === '**' ? undefined : what,
  };
}

/** Whether a rule is about a tool. `mcp__server` covers all tools of that server. */
export function coversTool(rule: PermissionRule, tool: string): boolean {
  const name = tool.toLowerCase();
  if (rule.tool === '*') return true;
  if (rule.tool.startsWith('mcp__')) return globMatches(rule.tool, name) || name.startsWith(`${rule.tool}__`);
  return rule.tool === name || (covers[rule.tool]?.includes(name) ?? false);
}

/** Whether a command rule matches a command's text: exact, `prefix:*`, or with `*` for any text. */
export function commandMatches(what: string | undefined, text: string): boolean {
  if (what === undefined) return true;
  if (what.endsWith(':*')) {
    const prefix = normal(what.slice(0, -2));
    return text === prefix || text.startsWith(`${prefix} `);
  }
  const pattern = normal(what);
  return pattern.includes('*') ? wildcard(pattern).test(text) : pattern === text;
}

/** The words a command rule names before its first wildcard. */
export function rulePrefix(what: string): string {
  return normal(what.replace(/:\*$/, '').split('*')[0] ?? '');
}

/** Whether a path rule matches a path; relative patterns count from the workspace root, `//` starts an absolute one. */
export function pathMatches(what: string | undefined, path: string, boundary: Boundary): boolean {
  return pathMatcher(what, boundary)(path);
}

/** The same for many paths. */
export function pathMatcher(what: string | undefined, boundary: Boundary): (path: string) => boolean {
  if (what === undefined) return () => true;
  const pattern = what.startsWith('//') ? what.slice(1) : what.replace(/^(\.\/|\/)/, '');
  const [itself, below] = [globExpression(pattern), globExpression(`${pattern.replace(/\/$/, '')}/**`)];
  return (path) => {
    const target =
      what.startsWith('//') && !path.startsWith('/') ? `${boundary.root}/${path}` : relativePath(path, boundary);
    return itself.test(target) || below.test(target);
  };
}

/** Whether a host rule, `domain:example.com` or `*.example.com`, matches a host; a domain covers the hosts below it. */
export function hostMatches(what: string | undefined, host: string): boolean {
  if (what === undefined) return true;
  const pattern = what.replace(/^domain:/, '').toLowerCase();
  if (pattern.includes('*')) return wildcard(pattern).test(host);
  return host === pattern || host.endsWith(`.${pattern}`);
}

/** Whether a glob (`**`, `*`, `?`, `{a,b}`) matches a whole path. */
export function globMatches(glob: string, path: string): boolean {
  return globExpression(glob).test(path);
}

function normal(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function escapeText(text: string): string {
  return text.replace(/[.+^$()|[\]\\{}?*]/g, '\\$&');
}

function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.split(/\*+/).map(escapeText).join('[\\s\\S]*')}$`);
}

function globExpression(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g, (piece) => {
    if (piece === '**/') return '(?:[^/]+/)*';
    if (piece === '**') return '.*';
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.startsWith('{') && piece.endsWith('}'))
      return `(?:${piece.slice(1, -1).split(',').map(escapeText).join('|')})`;
    return escapeText(piece);
  });
  return new RegExp(`^${source}$`);
}
