// Dependencies of Cargo, Go, Maven, Gradle, NuGet and Swift, read as text; no build tool is asked.
import { blanked, escapeRegex, record, tomlRecord } from './manifest-text.ts';
import type { Folder } from './part.ts';
import type { Dependency, DependencyRole, Ecosystem } from './project-profile.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

interface Found {
  readonly name: string;
  readonly declared: string | null;
  readonly role: DependencyRole;
  readonly line: number | undefined;
  readonly locked?: { readonly version: string; readonly file: string; readonly line: number | undefined };
}

function dependency(folder: Folder, ecosystem: Ecosystem, file: string, found: Found): Dependency {
  const { locked } = found;
  return {
    ecosystem,
    name: found.name,
    role: found.role,
    declared: found.declared,
    locked: locked?.version ?? null,
    folder: folder.path,
    evidence: evidenceAt(inFolder(folder.path, file), found.line),
    ...(locked ? { lockEvidence: evidenceAt(locked.file, locked.line) } : {}),
  };
}

const cargoTables: Readonly<Record<string, DependencyRole>> = {
  dependencies: 'runtime',
  'dev-dependencies': 'development',
  'build-dependencies': 'build',
};

/** Dependencies of a Cargo.toml; versions of `workspace = true` come from the root's, locked ones from `lock`. */
export async function cargoDependencies(folder: Folder, root: Folder): Promise<Dependency[]> {
  const text = folder.read('Cargo.toml');
  if (text === null) return [];
  const manifest = record(await tomlRecord(text));
  const shared = record(record((await tomlRecord(root.read('Cargo.toml')))?.['workspace'])['dependencies']);
  const lock = root.read('Cargo.lock') ?? '';
  const tables = [manifest, ...Object.values(record(manifest['target'])).map(record)];
  return tables.flatMap((table) =>
    Object.entries(cargoTables).flatMap(([key, role]) =>
      Object.entries(record(table[key])).map(([name, value]) => {
        const isShared = record(value)['workspace'] === true;
        const crate = record(value)['package'];
        return dependency(folder, 'cargo', 'Cargo.toml', {
          name,
          declared: cargoVersion(isShared ? shared[name] : value),
          role: record(value)['optional'] === true ? 'optional' : role,
          line: cargoLine(text, key, name),
          ...cargoLocked(lock, typeof crate === 'string' ? crate : name, root),
        });
      }),
    ),
  );
}

function cargoVersion(value: unknown): string | null {
  const version = typeof value === 'string' ? value : record(value)['version'];
  return typeof version === 'string' ? version : null;
}

function cargoLine(text: string, table: string, name: string): number | undefined {
  const start = Math.max(0, text.search(new RegExp(`^\\[(?:.*\\.)?${table}[.\\]]`, 'm')));
  const inside = lineOf(
    text.slice(start),
    new RegExp(`^(?:\\[(?:.*\\.)?${table}\\.)?["']?${escapeRegex(name)}["']?(?:\\]|\\s*=|\\.)`, 'm'),
  );
  return inside === undefined ? undefined : inside + text.slice(0, start).split('\n').length - 1;
}

function cargoLocked(lock: string, crate: string, root: Folder): Pick<Found, 'locked'> {
  const entry = new RegExp(`^name = "${escapeRegex(crate)}"\\r?\\nversion = "([^"]+)"`, 'm').exec(lock);
  if (!entry?.[1]) return {};
  return {
    locked: { version: entry[1], file: inFolder(root.path, 'Cargo.lock'), line: lineOf(lock, entry[0]) },
  };
}

/** Requirements of a go.mod; `// indirect` ones are left out. The version of a go.mod is the one that is built with. */
export function goDependencies(folder: Folder): Dependency[] {
  const lines = (folder.read('go.mod') ?? '').split(/\r?\n/);
  let inside = false;
  return lines.flatMap((line, index) => {
    if (/^require\s*\(/.test(line)) inside = true;
    else if (/^\)/.test(line)) inside = false;
    const match = (inside ? /^\s*(\S+)\s+(v\S+)(.*)$/ : /^require\s+(\S+)\s+(v\S+)(.*)$/).exec(line);
    if (!match || /\/\/\s*indirect/.test(match[3] ?? '')) return [];
    const version = match[2] ?? '';
    return [
      dependency(folder, 'go', 'go.mod', {
        name: match[1] ?? '',
        declared: version,
        role: 'runtime',
        line: index + 1,
        locked: { version, file: inFolder(folder.path, 'go.mod'), line: index + 1 },
      }),
    ];
  });
}

/** Dependencies of a pom.xml, `group:artifact`; `${…}` is replaced by the same file's properties. */
export function mavenDependencies(folder: Folder): Dependency[] {
  const text = (folder.read('pom.xml') ?? '')
    .replace(/<!--[\s\S]*?-->/g, blanked)
    .replace(/<dependencyManagement>[\s\S]*?<\/dependencyManagement>|<build>[\s\S]*?<\/build>/g, blanked);
  return [...text.matchAll(/<dependency>([\s\S]*?)<\/dependency>/g)].flatMap((match) => {
    const field = (name: string) => new RegExp(`<${name}>\\s*([^<\\s]+)\\s*</${name}>`).exec(match[1] ?? '')?.[1];
    const [group, artifact] = [field('groupId'), field('artifactId')];
    if (!group || !artifact) return [];
    const version = field('version')?.replace(
      /\$\{([^}]+)\}/g,
      (whole, name: string) => new RegExp(`<${escapeRegex(name)}>\\s*([^<\\s]+)\\s*</`).exec(text)?.[1] ?? whole,
    );
    const role = field('scope') === 'test' ? 'development' : field('optional') === 'true' ? 'optional' : 'runtime';
    return [
      dependency(folder, 'maven', 'pom.xml', {
        name: `${group}:${artifact}`,
        declared: version ?? null,
        role,
        line: text.slice(0, match.index).split('\n').length,
      }),
    ];
  });
}

/** Dependencies written as text in a Gradle script, and those of its version catalogue. What a script computes is unknown. */
export async function gradleDependencies(folder: Folder, root: Folder): Promise<Dependency[]> {
  const file = folder.firstOf('build.gradle', 'build.gradle.kts');
  if (!file) return [];
  const text = (folder.read(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, blanked).replace(/(^|\s)\/\/.*$/gm, '$1');
  const catalogue = await gradleCatalogue(root);
  const call =
    /^\s*(\w*(?:[iI]mplementation|[aA]pi|[cC]ompileOnly|[rR]untimeOnly|[aA]nnotationProcessor|kapt|ksp))\s*\(?\s*(?:["']([\w.-]+:[\w.-]+)(?::([^"'@]+))?["'@]|libs\.([\w.]+))/gm;
  return [...text.matchAll(call)].flatMap((match) => {
    const configuration = match[1] ?? '';
    const listed = match[4] === undefined ? undefined : catalogue.get(match[4].replaceAll('.', '-'));
    const name = match[2] ?? listed?.name;
    if (name === undefined) return [];
    const role = /^test|^androidTest/i.test(configuration)
      ? 'development'
      : /compileOnly|processor|kapt|ksp/i.test(configuration)
        ? 'build'
        : 'runtime';
    const line = text.slice(0, match.index + match[0].search(/\S/)).split('\n').length;
    return [dependency(folder, 'gradle', file, { name, declared: match[3] ?? listed?.version ?? null, role, line })];
  });
}

async function gradleCatalogue(root: Folder): Promise<Map<string, { name: string; version: string | null }>> {
  const found = new Map<string, { name: string; version: string | null }>();
  const data = await tomlRecord(root.reader.read(inFolder(root.path, 'gradle/libs.versions.toml')));
  const versions = record(data?.['versions']);
  for (const [alias, value] of Object.entries(record(data?.['libraries']))) {
    const entry = record(value);
    const [group, artifact, short] =
      typeof value === 'string' ? value.split(':') : [entry['group'], entry['name'], undefined];
    const name = typeof entry['module'] === 'string' ? entry['module'] : `${group}:${artifact}`;
    const reference = record(entry['version'])['ref'];
    const version = short ?? (typeof reference === 'string' ? versions[reference] : entry['version']);
    found.set(alias.replace(/[._]/g, '-'), { name, version: typeof version === 'string' ? version : null });
  }
  return found;
}

/** `PackageReference`s of the project files in a folder; central versions of Directory.Packages.props count. */
export function nugetDependencies(folder: Folder, root: Folder): Dependency[] {
  const central = root.read('Directory.Packages.props') ?? '';
  const lock = folder.read('packages.lock.json') ?? '';
  return folder.entries
    .filter((entry) => !entry.isFolder && /\.(?:cs|fs|vb)proj$/.test(entry.name))
    .flatMap(({ name: file }) => {
      const text = (folder.read(file) ?? '').replace(/<!--[\s\S]*?-->/g, blanked);
      const pattern =
        /<PackageReference\s+(?:[^>]*?\s)?Include="([^"]+)"(?:[^>]*?\sVersion="([^"]+)")?[^>]*?(?:\/>|>(?:\s*<Version>([^<]+)<)?)/g;
      return [...text.matchAll(pattern)].map((match) => {
        const name = match[1] ?? '';
        const listed = new RegExp(`Include="${escapeRegex(name)}"[^>]*Version="([^"]+)"`).exec(central)?.[1];
        const resolved = new RegExp(`"${escapeRegex(name)}":\\s*\\{[^}]*"resolved":\\s*"([^"]+)"`).exec(lock);
        return dependency(folder, 'nuget', file, {
          name,
          declared: match[2] ?? match[3] ?? listed ?? null,
          role: /test|xunit|nunit|mstest|moq|coverlet/i.test(name) ? 'development' : 'runtime',
          line: text.slice(0, match.index).split('\n').length,
          ...(resolved?.[1]
            ? {
                locked: {
                  version: resolved[1],
                  file: inFolder(folder.path, 'packages.lock.json'),
                  line: lineOf(lock, resolved[0]),
                },
              }
            : {}),
        });
      });
    });
}

/** `.package(url: …)` of a Package.swift; versions locked by Package.resolved. */
export function swiftDependencies(folder: Folder): Dependency[] {
  const text = (folder.read('Package.swift') ?? '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const lock = folder.read('Package.resolved') ?? '';
  return [
    ...text.matchAll(/\.package\s*\(\s*(?:name:\s*"[^"]*",\s*)?url:\s*"([^"]+)"\s*,\s*([^()]*(?:\([^)]*\))?[^()]*)\)/g),
  ].map((match) => {
    const name =
      (match[1] ?? '')
        .replace(/\.git$/, '')
        .split('/')
        .at(-1) ?? '';
    const pin = new RegExp(
      `"identity"\\s*:\\s*"${escapeRegex(name.toLowerCase())}"[\\s\\S]*?"version"\\s*:\\s*"([^"]+)"`,
    ).exec(lock);
    return dependency(folder, 'swift', 'Package.swift', {
      name,
      declared: /"([^"]+)"/.exec(match[2] ?? '')?.[1] ?? null,
      role: 'runtime',
      line: text.slice(0, match.index).split('\n').length,
      ...(pin?.[1]
        ? { locked: { version: pin[1], file: inFolder(folder.path, 'Package.resolved'), line: lineOf(lock, pin[0]) } }
        : {}),
    });
  });
}
