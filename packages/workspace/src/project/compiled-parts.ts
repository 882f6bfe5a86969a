// Recognises Go, Rust and .NET projects from their manifests.

import { expandMembers, type Folder, folderOf, frameworksOf, mention, type ProjectPart } from './part.ts';
import type { ProjectCheck } from './project-facts.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

/** What Go has to say about a folder with a go.mod or go.work. */
export async function goPart(folder: Folder): Promise<ProjectPart | null> {
  const file = folder.firstOf('go.mod', 'go.work');
  if (!file) return null;
  const members = folder.has('go.work') ? goMembers(folder) : [];
  const modules = folder.has('go.mod') ? [folder] : members.map((path) => folderOf(folder.reader, path));
  return {
    label: folder.has('go.mod') ? 'Go module' : 'Go workspace',
    name: /^module\s+(\S+)/m.exec(folder.read('go.mod') ?? '')?.[1] ?? null,
    languages: ['Go'],
    packageManagers: [{ name: 'go', evidence: folder.evidence(file) }],
    frameworks: frameworksOf(goFrameworks, mention(folder, 'go.mod')),
    checks: modules.flatMap(goChecks),
    members,
  };
}

function goChecks(module: Folder): ProjectCheck[] {
  const evidence = module.evidence('go.mod', /^module\s/m);
  const linter = module.firstOf('.golangci.yml', '.golangci.yaml', '.golangci.toml', '.golangci.json');
  return [
    module.check('tests', 'go test ./...', evidence),
    linter
      ? module.check('lint', 'golangci-lint run', module.evidence(linter))
      : module.check('lint', 'go vet ./...', evidence),
    module.check('build', 'go build ./...', evidence),
  ];
}

function goMembers(folder: Folder): string[] {
  const text = (folder.read('go.work') ?? '').replace(/\/\/.*$/gm, '');
  const uses = [...text.matchAll(/^use\s+(?:\(([^)]*)\)|(\S+))/gm)].flatMap((match) =>
    (match[1] ?? match[2] ?? '').split(/\s+/),
  );
  return expandMembers(
    folder,
    uses.filter((use) => use !== ''),
    /^go\.mod$/,
  );
}

const goFrameworks: Readonly<Record<string, string>> = {
  'github.com/gin-gonic/gin': 'Gin',
  'github.com/labstack/echo': 'Echo',
  'github.com/gofiber/fiber': 'Fiber',
  'github.com/go-chi/chi': 'chi',
  'github.com/gorilla/mux': 'gorilla/mux',
  'google.golang.org/grpc': 'gRPC',
  'github.com/spf13/cobra': 'Cobra',
  'gorm.io/gorm': 'GORM',
};

/** What Rust has to say about a folder with a Cargo.toml. */
export async function rustPart(folder: Folder): Promise<ProjectPart | null> {
  const text = folder.read('Cargo.toml');
  if (text === null) return null;
  const manifest = await cargoManifest(text);
  const isWorkspace = manifest.workspace !== undefined;
  const evidence = folder.evidence('Cargo.toml', isWorkspace ? /^\[workspace/m : /^\[package\]/m);
  const scope = isWorkspace ? ' --workspace' : '';
  const members = isWorkspace
    ? expandMembers(
        folder,
        [...(manifest.workspace?.members ?? []), ...(manifest.workspace?.exclude ?? []).map((path) => `!${path}`)],
        /^Cargo\.toml$/,
      )
    : [];
  return {
    label: isWorkspace && manifest.package === undefined ? 'Rust workspace' : 'Rust crate',
    name: typeof manifest.package?.name === 'string' ? manifest.package.name : null,
    languages: ['Rust'],
    packageManagers: [{ name: 'cargo', evidence }],
    frameworks: frameworksOf(rustFrameworks, (name) => {
      const line = lineOf(text, new RegExp(`^(?:\\[(?:.*\\.)?dependencies\\.)?${name}(?:\\]|\\s*=|\\.workspace)`, 'm'));
      return line === undefined ? null : evidenceAt(inFolder(folder.path, 'Cargo.toml'), line);
    }),
    checks: [
      folder.check('tests', `cargo test${scope}`, evidence),
      folder.check('lint', `cargo clippy${scope} --all-targets`, evidence),
      folder.check('types', `cargo check${scope} --all-targets`, evidence),
      folder.check('build', `cargo build${scope}`, evidence),
    ],
    members,
  };
}

interface CargoManifest {
  readonly package?: { readonly name?: unknown };
  readonly workspace?: { readonly members?: readonly string[]; readonly exclude?: readonly string[] };
}

async function cargoManifest(text: string): Promise<CargoManifest> {
  const { parse } = await import('smol-toml');
  try {
    const { package: crate, workspace } = parse(text) as {
      package?: { name?: unknown };
      workspace?: { members?: unknown; exclude?: unknown };
    };
    const strings = (value: unknown) =>
      Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
    const named = crate === undefined ? {} : { package: { name: crate.name } };
    return workspace === undefined
      ? named
      : { ...named, workspace: { members: strings(workspace.members), exclude: strings(workspace.exclude) } };
  } catch {
    return {};
  }
}

const rustFrameworks: Readonly<Record<string, string>> = {
  axum: 'axum',
  'actix-web': 'Actix Web',
  rocket: 'Rocket',
  tokio: 'Tokio',
  bevy: 'Bevy',
  tauri: 'Tauri',
  leptos: 'Leptos',
  yew: 'Yew',
  clap: 'clap',
  diesel: 'Diesel',
  sqlx: 'SQLx',
};

/** What .NET has to say about a folder with a solution or a project file. */
export async function dotnetPart(folder: Folder): Promise<ProjectPart | null> {
  const solution = folder.entries.find((entry) => !entry.isFolder && /\.slnx?$/.test(entry.name))?.name;
  const project = folder.entries.find((entry) => !entry.isFolder && /\.(?:cs|fs|vb)proj$/.test(entry.name))?.name;
  const file = solution ?? project;
  if (!file) return null;
  const projects = solution ? solutionProjects(folder, solution) : [inFolder(folder.path, project ?? file)];
  const tests = projects
    .map((path) => ({
      path,
      line: lineOf(folder.reader.read(path) ?? '', /Microsoft\.NET\.Test\.Sdk|"xunit|"NUnit|"MSTest|"TUnit/),
    }))
    .find(({ line }) => line !== undefined);
  const web = projects
    .map((path) => ({ path, line: lineOf(folder.reader.read(path) ?? '', 'Microsoft.NET.Sdk.Web') }))
    .find(({ line }) => line !== undefined);
  const checks = [folder.check('build', 'dotnet build', folder.evidence(file))];
  if (tests) checks.unshift(folder.check('tests', 'dotnet test', evidenceAt(tests.path, tests.line)));
  const languages = [
    ...new Set(
      projects.map(
        (path) => ({ cs: 'C#', fs: 'F#', vb: 'Visual Basic' })[/\.(cs|fs|vb)proj$/.exec(path)?.[1] ?? 'cs'] ?? 'C#',
      ),
    ),
  ];
  return {
    label: solution ? '.NET solution' : '.NET project',
    name: file.replace(/\.[^.]+$/, ''),
    languages: languages.length > 0 ? languages : ['C#'],
    packageManagers: [{ name: 'nuget', evidence: folder.evidence(file) }],
    frameworks: web ? [{ name: 'ASP.NET Core', evidence: evidenceAt(web.path, web.line) }] : [],
    checks,
    members: solution
      ? [...new Set(projects.map((path) => path.replace(/\/?[^/]+$/, '') || '.'))].filter((path) => path !== '.')
      : [],
  };
}

function solutionProjects(folder: Folder, solution: string): string[] {
  const text = folder.read(solution) ?? '';
  const named = [...text.matchAll(/"([^"\n]+\.(?:cs|fs|vb)proj)"/g)].map((match) =>
    (match[1] ?? '').replaceAll('\\', '/'),
  );
  return [...new Set(named)]
    .filter((path) => !path.startsWith('/') && !path.split('/').includes('..'))
    .slice(0, 200)
    .map((path) => inFolder(folder.path, path));
}
