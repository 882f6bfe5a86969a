// `npm run bench:workspace -- NAME [DIR]`: the numbers of the workspace, each beside its goal; fails when one is missed.
import { type Figure, report } from '../models/figure.ts';

const benches: Readonly<
  Record<string, () => Promise<{ readonly measure: (folder?: string) => Promise<readonly Figure[]> }>>
> = {
  snapshots: () => import('./snapshots.ts'),
  races: () => import('./races.ts'),
  commands: () => import('./commands.ts'),
  watch: () => import('./watch.ts'),
};

const [name = '', folder] = process.argv.slice(2);
if (name === 'watch-child') {
  await (await import('./watch.ts')).watchChild(folder ?? '.');
  process.exit(0);
}
const load = benches[name];
if (load === undefined) {
  console.error(`usage: npm run bench:workspace -- ${Object.keys(benches).join(' | ')} [DIR]`);
  process.exit(2);
}
const { measure } = await load();
report(await measure(folder));
