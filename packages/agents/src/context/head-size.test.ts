// The head of every request stays small, whatever is added to an agent; the instructions of user and project come on top.
import { describe, expect, it } from 'vitest';
import { createRememberTool } from '../extensions/remember-tool.ts';
import { createSkillTool } from '../extensions/skill-tool.ts';
import { skillList } from '../extensions/skills.ts';
import { builtinAgents } from '../registry/personas.ts';
import { builtinTools } from '../tools/builtin.ts';
import { toolDeclarations } from '../tools/json-schema.ts';
import type { Tool } from '../tools/tool.ts';
import { buildSystem } from './system.ts';

const never = async () => Promise.reject(new Error('not called'));

describe('the head of a request', () => {
  it.each(builtinAgents)(
    'of $name is below 2,000 tokens with as many skills and facts as can be',
    ({ name, prompt }) => {
      const places = { root: '/w', userFolder: '/c', home: '/h' };
      const skills = Array.from({ length: 100 }, (_, n) => ({ name: `skill-${n}`, description: 'x'.repeat(500) }));
      const system = buildSystem({
        root: '/home/user/projects/shop',
        platform: 'linux',
        project: { summary: 'TypeScript, npm workspaces, Vitest, 120 files', checks: [] },
        instructions: [],
        agent: { name, prompt, onlyReads: true },
        skills: skillList(skills),
        facts: `- ${'x'.repeat(698)}`,
      });
      const more = [createSkillTool(places), createRememberTool(() => undefined)] as unknown as Tool[];
      const means = { delegate: never, recall: never, searchWeb: never, pages: never as never };
      const tools = toolDeclarations(builtinTools({ ...means, more }));
      expect((system.length + JSON.stringify(tools).length) / 4).toBeLessThan(2_000);
    },
  );
});
