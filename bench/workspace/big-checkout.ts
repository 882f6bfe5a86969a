// A git checkout of 60,000 small files, always the same: 3,000 folders, about 1.5 kB a file, some 90 MB of text.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many files are made. */
export const bigCheckoutFiles = 60_000;

/** Makes the checkout; its bytes in the work tree come back. */
export function makeBigCheckout(root: string): number {
  let bytes = 0;
  for (let at = 0; at < bigCheckoutFiles; at++) {
    const folder = join(root, `area${at % 30}`, `part${Math.floor(at / 30) % 100}`);
    if (at < 3_000) mkdirSync(folder, { recursive: true });
    const text = `// file ${at}\n${`export const value_${at} = ${at * 7919};\n`.repeat(20 + (at % 40))}`;
    bytes += text.length;
    writeFileSync(join(folder, `file${at}.ts`), text);
  }
  writeFileSync(join(root, '.gitignore'), 'ignored\n');
  const git = (...args: string[]): void => {
    const identity = [
      '-c',
      'user.name=b',
      '-c',
      'user.email=b@example.org',
      '-c',
      'core.looseCompression=0',
      '-c',
      'gc.auto=0',
    ];
    execFileSync('git', [...identity, ...args], { cwd: root, stdio: 'pipe' });
  };
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'start');
  // Fresh indexes are full of entries as young as the index, which git reads again each time; a real checkout's are not.
  execFileSync('sleep', ['1.1']);
  git('update-index', '-q', '--really-refresh');
  return bytes;
}
