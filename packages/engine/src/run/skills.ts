// Skills, loaded only by runs where user or project have any.
export { createSkillTool, findSkills, skillList } from '@monkey-coder/agents';
