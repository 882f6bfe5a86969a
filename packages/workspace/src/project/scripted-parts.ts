// Recognises PHP and Ruby projects, and make targets.

import { type Folder, filesIn, frameworksOf, type ProjectPart } from './part.ts';
import type { ProjectCheck } from './project-facts.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

/** What Composer has to say about a folder with a composer.json. */
export async function phpPart(folder: Folder): Promise<ProjectPart | null> {
  const text = folder.read('composer.json');
  const manifest = text === null ? null : composerManifest(text);
  if (!manifest) return null;
  const dependency = (name: string) =>
    manifest.required.has(name) ? folder.evidence('composer.json', `"${name}"`) : null;
  const script = (kind: ProjectCheck['kind'], ...names: string[]) => {
    const name = names.find((candidate) => manifest.scripts.has(candidate));
    return name === undefined
      ? null
      : folder.check(
          kind,
          name === 'test' ? 'composer test' : `composer run-script ${name}`,
          folder.evidence('composer.json', new RegExp(`"${name}"\\s*:`)),
        );
  };
  const checks = [
    script('tests', 'test', 'tests', 'phpunit', 'test:unit') ?? phpTests(folder, dependency),
    script('lint', 'lint', 'cs', 'cs-check', 'check-style', 'phpcs') ?? phpLint(folder),
    script('types', 'phpstan', 'stan', 'analyse', 'analyze', 'psalm', 'types') ?? phpTypes(folder, dependency),
  ];
  return {
    label: 'PHP package',
    name: manifest.name,
    languages: ['PHP'],
    packageManagers: [{ name: 'composer', evidence: folder.evidence('composer.json') }],
    frameworks: frameworksOf(phpFrameworks, dependency),
    checks: checks.flatMap((check) => check ?? []),
    members: [],
  };
}

function composerManifest(text: string): { name: string | null; scripts: Set<string>; required: Set<string> } | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const keys = (item: unknown) => (typeof item === 'object' && item !== null ? Object.keys(item) : []);
    return {
      name: typeof value['name'] === 'string' ? value['name'] : null,
      scripts: new Set(keys(value['scripts'])),
      required: new Set([...keys(value['require']), ...keys(value['require-dev'])]),
    };
  } catch {
    return null;
  }
}

type Find = (name: string) => { readonly file: string; readonly line?: number } | null;

function phpTests(folder: Folder, dependency: Find): ProjectCheck | null {
  const pest = dependency('pestphp/pest');
  if (pest) return folder.check('tests', 'vendor/bin/pest', pest);
  const file = folder.firstOf('phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml');
  const evidence = file ? folder.evidence(file) : dependency('phpunit/phpunit');
  if (!evidence) return null;
  return folder.check(
    'tests',
    file || !folder.has('tests') ? 'vendor/bin/phpunit' : 'vendor/bin/phpunit tests',
    evidence,
  );
}

function phpLint(folder: Folder): ProjectCheck | null {
  const fixer = folder.firstOf('.php-cs-fixer.dist.php', '.php-cs-fixer.php');
  if (fixer) return folder.check('lint', 'vendor/bin/php-cs-fixer fix --dry-run --diff', folder.evidence(fixer));
  const sniffer = folder.firstOf('phpcs.xml', 'phpcs.xml.dist', '.phpcs.xml', '.phpcs.xml.dist');
  if (sniffer) return folder.check('lint', 'vendor/bin/phpcs', folder.evidence(sniffer));
  const pint = folder.firstOf('pint.json');
  return pint ? folder.check('lint', 'vendor/bin/pint --test', folder.evidence(pint)) : null;
}

function phpTypes(folder: Folder, dependency: Find): ProjectCheck | null {
  const phpstan = folder.firstOf('phpstan.neon', 'phpstan.neon.dist', 'phpstan.dist.neon');
  if (phpstan) return folder.check('types', 'vendor/bin/phpstan analyse --no-progress', folder.evidence(phpstan));
  const psalm = folder.firstOf('psalm.xml', 'psalm.xml.dist');
  if (psalm) return folder.check('types', 'vendor/bin/psalm --no-cache', folder.evidence(psalm));
  const required = dependency('phpstan/phpstan');
  return required && folder.has('src')
    ? folder.check('types', 'vendor/bin/phpstan analyse --no-progress src', required)
    : null;
}

const phpFrameworks: Readonly<Record<string, string>> = {
  'laravel/framework': 'Laravel',
  'symfony/framework-bundle': 'Symfony',
  'slim/slim': 'Slim',
  'cakephp/cakephp': 'CakePHP',
  'yiisoft/yii2': 'Yii',
  'codeigniter4/framework': 'CodeIgniter',
  'drupal/core': 'Drupal',
  'doctrine/orm': 'Doctrine',
};

/** What Ruby has to say about a folder. */
export async function rubyPart(folder: Folder): Promise<ProjectPart | null> {
  const specification = folder.entries.find((entry) => entry.name.endsWith('.gemspec'))?.name;
  const marker = folder.firstOf('Gemfile', 'Rakefile', '.rspec') ?? specification;
  if (!marker) return null;
  const gem: Find = (name) => {
    for (const file of ['Gemfile', specification ?? '']) {
      const line = lineOf(
        folder.read(file) ?? '',
        new RegExp(`^[^#\\n]*(?:gem|dependency)\\s*\\(?\\s*["']${name}["']`, 'm'),
      );
      if (line !== undefined) return { file: inFolder(folder.path, file), line };
    }
    return null;
  };
  const prefix = folder.has('Gemfile') ? 'bundle exec ' : '';
  const rubocop = folder.has('.rubocop.yml') ? folder.evidence('.rubocop.yml') : gem('rubocop');
  const checks = [rubyTests(folder, gem, prefix), rubocop ? folder.check('lint', `${prefix}rubocop`, rubocop) : null];
  if (folder.has('sorbet')) checks.push(folder.check('types', `${prefix}srb tc`, folder.evidence('sorbet')));
  return {
    label: 'Ruby project',
    name: /\.name\s*=\s*["']([^"']+)["']/.exec(folder.read(specification ?? '') ?? '')?.[1] ?? null,
    languages: ['Ruby'],
    packageManagers: folder.has('Gemfile') ? [{ name: 'bundler', evidence: folder.evidence('Gemfile') }] : [],
    frameworks: frameworksOf(rubyFrameworks, gem),
    checks: checks.flatMap((check) => check ?? []),
    members: [],
  };
}

function rubyTests(folder: Folder, gem: Find, prefix: string): ProjectCheck | null {
  const rspec = folder.has('.rspec') ? folder.evidence('.rspec') : (gem('rspec') ?? gem('rspec-rails'));
  if (rspec && (folder.has('spec') || folder.has('.rspec'))) return folder.check('tests', `${prefix}rspec`, rspec);
  const isRails = folder.reader.list(inFolder(folder.path, 'bin')).some((entry) => entry.name === 'rails');
  if (isRails && folder.has('test')) return folder.check('tests', 'bin/rails test', folder.evidence('bin/rails'));
  const task = lineOf(folder.read('Rakefile') ?? '', /TestTask|^\s*task\s+:?["']?test\b|RSpec::Core::RakeTask/m);
  if (task !== undefined)
    return folder.check(
      'tests',
      `${prefix}rake ${/RakeTask/.test(folder.read('Rakefile') ?? '') ? 'spec' : 'test'}`,
      evidenceAt(inFolder(folder.path, 'Rakefile'), task),
    );
  const tests = filesIn(folder, ['test', 'tests'], /^test_.*\.rb$|_test\.rb$/);
  const first = tests[0];
  if (first === undefined) return null;
  const at = first.slice(0, first.indexOf('/'));
  const command = `ruby -Ilib -I${at} -e 'Dir["./${at}/**/*.rb"].sort.each { |file| require file if file.match?(/_test\\.rb\\z|\\/test_[^\\/]*\\z/) }'`;
  return folder.check('tests', `${prefix}${command}`, folder.evidence(first));
}

const rubyFrameworks: Readonly<Record<string, string>> = {
  rails: 'Ruby on Rails',
  sinatra: 'Sinatra',
  hanami: 'Hanami',
  roda: 'Roda',
  jekyll: 'Jekyll',
  sidekiq: 'Sidekiq',
};

const makeTargets: readonly [ProjectCheck['kind'], string][] = [
  ['tests', 'test'],
  ['tests', 'check'],
  ['lint', 'lint'],
  ['types', 'typecheck'],
  ['build', 'build'],
  ['build', 'all'],
];

/** Make targets for what nothing else checks. */
export function makeChecks(folder: Folder, covered: ReadonlySet<string>): ProjectCheck[] {
  const file = folder.firstOf('Makefile', 'makefile', 'GNUmakefile');
  if (!file) return [];
  const checks: ProjectCheck[] = [];
  for (const [kind, target] of makeTargets) {
    const line = lineOf(folder.read(file) ?? '', new RegExp(`^${target}\\s*:(?!=)`, 'm'));
    const isCovered = covered.has(kind) || checks.some((check) => check.kind === kind);
    if (line !== undefined && !isCovered)
      checks.push(folder.check(kind, `make ${target}`, evidenceAt(inFolder(folder.path, file), line)));
  }
  return checks;
}
