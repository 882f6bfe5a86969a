// Recognises Swift packages from Package.swift, read as text.
import { type Folder, frameworksOf, mention, type ProjectPart } from './part.ts';

/** What the Swift package manager has to say about a folder. */
export async function swiftPart(folder: Folder): Promise<ProjectPart | null> {
  const text = folder.read('Package.swift');
  if (text === null) return null;
  const evidence = folder.evidence('Package.swift', /\bPackage\s*\(/);
  const checks = [folder.check('build', 'swift build', evidence)];
  if (/\.testTarget\s*\(/.test(text) || folder.has('Tests'))
    checks.unshift(folder.check('tests', 'swift test', folder.evidence('Package.swift', /\.testTarget\s*\(/)));
  const linter = folder.firstOf('.swiftlint.yml', '.swiftlint.yaml');
  if (linter) checks.push(folder.check('lint', 'swiftlint lint --quiet', folder.evidence(linter)));
  return {
    label: 'Swift package',
    name: /\bPackage\s*\(\s*name:\s*"([^"]+)"/.exec(text)?.[1] ?? null,
    languages: ['Swift'],
    packageManagers: [{ name: 'swiftpm', evidence }],
    frameworks: frameworksOf(swiftFrameworks, mention(folder, 'Package.swift')),
    checks,
    members: [],
  };
}

const swiftFrameworks: Readonly<Record<string, string>> = {
  'vapor/vapor': 'Vapor',
  'hummingbird-project/hummingbird': 'Hummingbird',
  'apple/swift-argument-parser': 'ArgumentParser',
  'apple/swift-nio': 'SwiftNIO',
};
