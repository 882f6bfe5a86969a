// Names the tools whose configuration files stand in a folder.
import type { Folder } from './part.ts';
import type { Configuration } from './project-profile.ts';

const byName: readonly (readonly [RegExp, string])[] = [
  [/^tsconfig(?:\..+)?\.json$|^jsconfig\.json$/, 'TypeScript'],
  [/^(?:eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\..+)?)$/, 'ESLint'],
  [/^(?:\.prettierrc(?:\..+)?|prettier\.config\.[cm]?[jt]s)$/, 'Prettier'],
  [/^biome\.jsonc?$/, 'Biome'],
  [/^vite\.config\.[cm]?[jt]s$/, 'Vite'],
  [/^vitest\.(?:config|workspace)\.[cm]?[jt]s$/, 'Vitest'],
  [/^jest\.config\.(?:[cm]?[jt]s|json)$/, 'Jest'],
  [/^playwright\.config\.[cm]?[jt]s$/, 'Playwright'],
  [/^webpack\.config\.[cm]?[jt]s$/, 'webpack'],
  [/^next\.config\.[cm]?[jt]s$/, 'Next.js'],
  [/^babel\.config\.(?:[cm]?js|json)$|^\.babelrc$/, 'Babel'],
  [/^knip\.(?:jsonc?|ts)$/, 'Knip'],
  [/^turbo\.json$/, 'Turborepo'],
  [/^nx\.json$/, 'Nx'],
  [/^(?:\.editorconfig)$/, 'EditorConfig'],
  [/^\.?ruff\.toml$/, 'Ruff'],
  [/^\.?mypy\.ini$/, 'mypy'],
  [/^pyrightconfig\.json$/, 'Pyright'],
  [/^pytest\.ini$/, 'pytest'],
  [/^tox\.ini$/, 'tox'],
  [/^noxfile\.py$/, 'nox'],
  [/^\.flake8$/, 'Flake8'],
  [/^\.pre-commit-config\.yaml$/, 'pre-commit'],
  [/^\.?rustfmt\.toml$/, 'rustfmt'],
  [/^\.?clippy\.toml$/, 'Clippy'],
  [/^rust-toolchain(?:\.toml)?$/, 'Rust toolchain'],
  [/^\.golangci\.(?:ya?ml|toml|json)$/, 'golangci-lint'],
  [/^phpunit(?:\.dist)?\.xml(?:\.dist)?$/, 'PHPUnit'],
  [/^phpstan(?:\.dist)?\.neon(?:\.dist)?$/, 'PHPStan'],
  [/^\.php-cs-fixer(?:\.dist)?\.php$/, 'PHP-CS-Fixer'],
  [/^\.rubocop\.yml$/, 'RuboCop'],
  [/^\.rspec$/, 'RSpec'],
  [/^\.clang-format$/, 'clang-format'],
  [/^\.swiftlint\.ya?ml$/, 'SwiftLint'],
  [/^\.swift-format$/, 'swift-format'],
  [/^checkstyle\.xml$/, 'Checkstyle'],
  [/^Directory\.(?:Build|Packages)\.props$/, 'MSBuild'],
  [/^(?:GNU)?[Mm]akefile$/, 'make'],
  [/^[Jj]ustfile$/, 'just'],
  [/^Dockerfile$/, 'Docker'],
  [/^(?:docker-)?compose\.ya?ml$/, 'Docker Compose'],
  [/^\.gitlab-ci\.yml$/, 'GitLab CI'],
  [/^Jenkinsfile$/, 'Jenkins'],
];

const tables: readonly (readonly [string, RegExp, string])[] = [
  ['pyproject.toml', /^\[tool\.ruff[\].]/m, 'Ruff'],
  ['pyproject.toml', /^\[tool\.black\]/m, 'Black'],
  ['pyproject.toml', /^\[tool\.mypy[\].]/m, 'mypy'],
  ['pyproject.toml', /^\[tool\.pyright\]/m, 'Pyright'],
  ['pyproject.toml', /^\[tool\.pytest[\].]/m, 'pytest'],
  ['pyproject.toml', /^\[tool\.isort\]/m, 'isort'],
  ['package.json', /^ {0,4}\t?"eslintConfig"\s*:/m, 'ESLint'],
  ['package.json', /^ {0,4}\t?"prettier"\s*:\s*[{"]/m, 'Prettier'],
  ['package.json', /^ {0,4}\t?"jest"\s*:\s*\{/m, 'Jest'],
];

/** Configuration files of a folder, and tables for tools inside manifests. */
export function configurationOf(folder: Folder): Configuration[] {
  const files = folder.entries.flatMap((entry): Configuration[] => {
    const tool = entry.isFolder ? undefined : byName.find(([pattern]) => pattern.test(entry.name))?.[1];
    return tool === undefined ? [] : [{ tool, evidence: folder.evidence(entry.name) }];
  });
  const inside = tables.flatMap(([file, pattern, tool]): Configuration[] =>
    pattern.test(folder.read(file) ?? '') ? [{ tool, evidence: folder.evidence(file, pattern) }] : [],
  );
  const workflows = folder.has('.github')
    ? folder.reader.list('.github/workflows').filter((entry) => /\.ya?ml$/.test(entry.name))
    : [];
  const first = workflows[0];
  const actions = first ? [{ tool: 'GitHub Actions', evidence: { file: `.github/workflows/${first.name}` } }] : [];
  return [...files, ...inside, ...actions];
}
