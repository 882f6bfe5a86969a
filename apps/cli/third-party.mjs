// The licences of what is bundled: one text of names, versions and licence files, shipped with the program.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packageOf = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** The text for packages found in the paths of files, and for those named. Throws when a package is not installed. */
export function thirdPartyLicences(repository, { paths, names }) {
  const found = new Set(names);
  for (const path of paths) {
    const name = packageOf.exec(path.replaceAll('\\', '/'))?.[1];
    if (name !== undefined && !name.startsWith('@monkey-coder/')) found.add(name);
  }
  return [...found]
    .sort()
    .map((name) => licenceOf(repository, name))
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(repository, name) {
  const folder = join(repository, 'node_modules', name);
  if (!existsSync(folder)) throw new Error(`${name} is bundled and not installed at ${name}`);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:[.-]|$)/i.test(entry));
  const text =
    file === undefined ? `Licence: ${license ?? 'see the package'}` : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
}
