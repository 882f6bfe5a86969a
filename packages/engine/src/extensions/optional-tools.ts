// Tools and lists that only some runs have, loaded by those.
export {
  createRedactor,
  createRememberTool,
  createSkillTool,
  findSkills,
  skillList,
} from '@monkey-coder/agents';
export { factLines, openMemory } from '../config/memory-store.ts';
