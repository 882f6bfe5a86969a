// Custom commands and skills: where they are found, whose word counts, how arguments get in, and what they cannot do.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandCommand, findCommands } from './commands.ts';
import { readFrontMatter, textsOf } from './front-matter.ts';
import type { ExtensionPlaces } from './places.ts';
import { findSkills, readSkillFile, skillList } from './skills.ts';

let folder: string;
let places: ExtensionPlaces;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'commands-')));
  places = { root: join(folder, 'project'), userFolder: join(folder, 'config'), home: join(folder, 'home') };
  mkdirSync(places.root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('front matter', () => {
  it('is read as people write it', () => {
    const text =
      '\uFEFF---\r\nname: x\r\ndescription: Use it: when "needed"\r\ntools: Read, Bash(git add, git commit)\r\nlist:\r\n  - a\r\n  - "b"\r\nlong: >\r\n  one\r\n  two\r\nflow: [a, b]\r\n---\r\nBody\r\n';
    const { data, body } = readFrontMatter(text);
    expect(data).toEqual({
      name: 'x',
      description: 'Use it: when "needed"',
      tools: 'Read, Bash(git add, git commit)',
      list: ['a', 'b'],
      long: 'one two',
      flow: ['a', 'b'],
    });
    expect(textsOf(data, 'tools')).toEqual(['Read', 'Bash(git add, git commit)']);
    expect(body).toBe('Body');
  });

  it('may be absent or never end', () => {
    expect(readFrontMatter('# T\ntext')).toEqual({ data: {}, body: '# T\ntext' });
    expect(readFrontMatter('---\nname: x').data).toEqual({});
    expect(readFrontMatter('---\n__proto__: x\n---\n').data['polluted']).toBeUndefined();
  });
});

describe('custom commands', () => {
  it('are found in all places, the user’s before the project’s', async () => {
    write(
      'config/commands/review.md',
      '---\ndescription: mine\nallowed-tools: Bash(git diff:*)\nmodel: fast\n---\nMine',
    );
    write('project/.claude/commands/review.md', 'Theirs');
    write(
      'project/.monkey/commands/git/commit.md',
      '---\nallowed-tools: Bash\nmodel: dear\nargument-hint: [branch]\n---\nCommit',
    );
    const found = await findCommands(places);
    expect(found.map(({ name, scope, allowedTools, model }) => [name, scope, allowedTools, model])).toEqual([
      ['git:commit', 'project', [], undefined],
      ['review', 'user', ['Bash(git diff:*)'], 'fast'],
    ]);
  });

  it('take arguments in one pass', async () => {
    write('project/.monkey/commands/fix.md', 'Fix $1 in $2 ($ARGUMENTS), costs $10.');
    write('project/.monkey/commands/plain.md', 'Look around.');
    const prompt = async (text: string) => (await expandCommand(text, places))?.prompt;
    expect(await prompt('/fix "a b" $1')).toBe('Fix a b in $1 ("a b" $1), costs $10.');
    expect(await prompt('/fix')).toBe('Fix  in  (), costs $10.');
    expect(await prompt('/plain src')).toBe('Look around.\n\nArguments: src');
    expect(await prompt('/plain')).toBe('Look around.');
    expect(await prompt('/etc/passwd is wrong')).toBeUndefined();
    expect(await prompt('/unknown')).toBeUndefined();
  });

  it('of a repository are not read through a link that leads out', async () => {
    write('home/secret.md', 'the key');
    mkdirSync(join(places.root, '.claude', 'commands'), { recursive: true });
    symlinkSync(join(folder, 'home', 'secret.md'), join(places.root, '.claude', 'commands', 'leak.md'));
    symlinkSync(join(folder, 'home'), join(places.root, '.claude', 'commands', 'all'));
    expect(await findCommands(places)).toEqual([]);
  });
});

describe('skills', () => {
  it('are found with name and description, and can be called', async () => {
    write('home/.agents/skills/pdf/SKILL.md', '---\nname: pdf\ndescription: Fill PDF forms\n---\nUse fill.py');
    write('project/.claude/skills/deploy/SKILL.md', '---\ndescription: How we deploy\n---\nStep 1');
    write('project/.monkey/skills/mute/SKILL.md', 'no description');
    const skills = await findSkills(places);
    expect(skillList(skills)).toBe('- deploy: How we deploy\n- pdf: Fill PDF forms');
    expect((await expandCommand('/pdf form.pdf', places))?.prompt).toBe('Use fill.py\n\nArguments: form.pdf');
  });

  it('are listed within bounds', () => {
    const many = Array.from({ length: 200 }, (_, n) => ({ name: `s${n}`, description: 'x'.repeat(1000) }));
    expect(skillList(many).length).toBeLessThan(1100);
    expect(skillList(many)).toMatch(/\(\d+ more\)$/);
  });

  it('show further files of their folder only', async () => {
    write('project/.monkey/skills/a/SKILL.md', '---\ndescription: a\n---\nA');
    write('project/.monkey/skills/a/more/deep.txt', 'deep');
    write('project/secret.txt', 'secret');
    write('home/secret.txt', 'secret');
    symlinkSync(join(folder, 'home', 'secret.txt'), join(places.root, '.monkey/skills/a/link.txt'));
    const [skill] = await findSkills(places);
    if (skill === undefined) throw new Error('no skill');
    expect(await readSkillFile(skill, 'more/deep.txt', places)).toBe('deep');
    for (const name of ['../../../secret.txt', '/etc/hostname', 'link.txt', 'nothing.txt'])
      expect(await readSkillFile(skill, name, places)).toBeUndefined();
  });
});
