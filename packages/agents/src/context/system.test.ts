// Tests of the fixed head: small, stable, without anything that changes.
import { expect, it } from 'vitest';
import { builtinTools } from '../tools/builtin.ts';
import { toolDeclarations } from '../tools/json-schema.ts';
import { importsOf } from './imports.ts';
import { buildSystem, headHash, type SystemInput } from './system.ts';

const input: SystemInput = {
  root: '/home/somebody/projects/cart',
  platform: 'linux',
  project: {
    summary: 'Node.js package "cart" (JavaScript, npm), tests: npm test',
    checks: [
      { kind: 'tests', command: 'npm test', cwd: '.', evidence: { file: 'package.json' } },
      { kind: 'lint', command: 'npm run lint', cwd: 'packages/a', evidence: { file: 'package.json' } },
    ],
  },
  instructions: [],
};

it('stays under 1,400 tokens by characters / 4, tools included', () => {
  const size = buildSystem(input).length + JSON.stringify(toolDeclarations(builtinTools())).length;
  expect(Math.ceil(size / 4)).toBeLessThanOrEqual(1400);
});

it('is the same bytes each time', () => {
  const head = () => headHash(buildSystem(input), toolDeclarations(builtinTools()));
  expect(head()).toBe(head());
  expect(head()).not.toBe(headHash(`${buildSystem(input)} `, toolDeclarations(builtinTools())));
  expect(head()).toMatch(/^[0-9a-f]{64}$/);
});

it('names root, project, checks, instructions and the form of the answer', () => {
  const text = buildSystem({
    ...input,
    addedFolders: ['/home/somebody/lib'],
    permissionMode: 'plan',
    outputSchema: { type: 'object' },
    instructions: [{ path: 'AGENTS.md', text: 'Use tabs.' }],
  });
  for (const part of [
    'Project root: /home/somebody/projects/cart (linux)',
    'tests: npm test; lint: cd packages/a && npm run lint',
    'Also open: /home/somebody/lib',
    'Plan mode',
    '{"type":"object"}',
    '<instructions path="AGENTS.md">\nUse tabs.\n</instructions>',
  ]) {
    expect(text).toContain(part);
  }
  expect(buildSystem(input)).not.toMatch(/\d{4}-\d\d-\d\d|Plan mode/);
});

it('declares tools by names and parameters other agents know', () => {
  const shapes = toolDeclarations(builtinTools()).map((tool) => [
    tool.name,
    Object.keys((tool.parameters['properties'] ?? {}) as object).join(' '),
    (tool.parameters['required'] as readonly string[] | undefined)?.join(' '),
  ]);
  expect(shapes).toEqual([
    ['read', 'path offset limit', 'path'],
    ['list', 'path glob', undefined],
    ['grep', 'pattern path glob ignore_case', 'pattern'],
    ['code', 'query find', 'query find'],
    ['edit', 'path old_string new_string replace_all', 'path old_string new_string'],
    ['write', 'path content', 'path content'],
    ['bash', 'command timeout_ms background tty', 'command'],
    ['process', 'action id offset', 'action'],
    ['todo', 'items', 'items'],
  ]);
});

it('finds imports in prose only', () => {
  expect(
    importsOf(
      'See @docs/a.md and @./b.md, (@../c.txt).\n`@no.md`\n```\n@no2.md\n```\nmail x@example.com @name @/etc/x.md @~/y.md',
    ),
  ).toEqual(['docs/a.md', './b.md', '../c.txt']);
});
