// `monkey analyse`: what kind of project this is, read from its files, each fact with the place it stands.
import type { Dependency, Evidence, ProjectProfile } from '@monkey-coder/workspace';
import { optionValue } from '../command-line/parse.ts';
import { type Command, printJson } from '../configuration/command-context.ts';
import { printable, type Style } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { withWorkspace } from './code.ts';

/** Shows the profile of the project; nothing of it is executed, no model is asked. */
export const analyse: Command = (context) =>
  withWorkspace(context, async (workspace, signal) => {
    const { world, line, style } = context;
    const near = optionValue(line, 'near');
    const checks = await workspace.checks();
    const profile = await checks.profile({ signal, ...(near === undefined ? {} : { near }) });
    if (context.asJson) return printJson(world, profile);
    world.out(`${printable(describeProfile(profile, style))}\n`);
    return 0;
  });

function describeProfile(profile: ProjectProfile, style: Style): string {
  const { facts, type } = profile;
  const sections: [string, readonly (readonly string[])[]][] = [
    [
      'Languages',
      profile.languages
        .slice(0, 8)
        .map(({ name, files, share }) => [
          name,
          `${Math.round(share * 100)} % of ${files === 1 ? '1 file' : `${files} files`}`,
        ]),
    ],
    ['Package managers', facts.packageManagers.map(({ name, evidence }) => [name, place(evidence)])],
    ['Frameworks', facts.frameworks.map(({ name, evidence }) => [name, place(evidence)])],
    [
      'Commands',
      profile.commands.map(({ kind, command, cwd, evidence }) => [
        kind,
        cwd === '.' ? command : `${command} (in ${cwd})`,
        place(evidence),
      ]),
    ],
    [
      'Scripts',
      profile.scripts.slice(0, 30).map(({ name, command, evidence }) => [name, short(command), place(evidence)]),
    ],
    ['Members', profile.members.slice(0, 40).map(({ path, name, evidence }) => [path, name ?? '-', place(evidence)])],
    ['Dependencies', profile.dependencies.slice(0, 60).map(dependencyRow)],
    ['Configuration', profile.configuration.map(({ tool, evidence }) => [tool, place(evidence)])],
    [
      'Patterns',
      profile.patterns.map(({ language, aspect, value, share, counted, evidence }) => [
        language,
        aspect,
        value,
        `${Math.round(share * 100)} % of ${counted}`,
        place(evidence),
      ]),
    ],
  ];
  const kind = type === null ? 'type: unknown' : `type: ${type.name} (${place(type.evidence)})`;
  const shown = sections.map(([title, rows]) =>
    rows.length === 0 ? `${style.bold(title)}: none found` : `${style.bold(title)}\n${indented(formatTable(rows))}`,
  );
  const more =
    profile.dependencies.length > 60 ? [`(${profile.dependencies.length} dependencies in all: --json shows them)`] : [];
  return [facts.summary, kind, '', ...shown, ...more].join('\n');
}

function dependencyRow({ name, declared, locked, role, evidence }: Dependency): string[] {
  return [name, declared ?? '-', locked === null ? 'not locked' : `locked ${locked}`, role, place(evidence)];
}

function place({ file, line }: Evidence): string {
  return line === undefined ? file : `${file}:${line}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
