// What the screen shows besides the conversation, looked up when the first picture is drawn already.
import { createKeyStore, firstKeys, knownKeys, userCatalogue } from '@monkey-coder/engine';
import { availableProviders, findLocalServers, isAlive } from '@monkey-coder/models';
import { createFileLister, runGit } from '@monkey-coder/workspace';
import { plainLine } from '../screen/plain-text.ts';
import type { InteractiveHost } from './host.ts';
import type { Choice } from './picker.ts';

const mostFiles = 50_000;
/** Tokens of a model's window where it is unknown; as the engine has it. */
const assumedWindow = 200_000;

/** Name of the branch; empty outside of git, a short hash where none is checked out. */
export async function loadBranch(cwd: string): Promise<string> {
  const branch = await firstLine(cwd, ['symbolic-ref', '--short', '-q', 'HEAD']);
  return branch === '' ? await firstLine(cwd, ['rev-parse', '--short', 'HEAD']) : branch;
}

async function firstLine(cwd: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await runGit(cwd, args);
  return exitCode === 0 ? stdout.toString('utf8').trim() : '';
}

/** Paths of the project for completion; a name that a terminal would obey is no name to be typed. */
export async function loadFiles(cwd: string): Promise<readonly string[]> {
  const { paths } = await createFileLister(cwd).list({ limit: mostFiles });
  return paths.filter((path) => plainLine(path) === path);
}

function usableProviders({ world, loaded }: InteractiveHost): ReadonlySet<string> {
  const keys = firstKeys(
    knownKeys({ ...world, settings: loaded.settings, keys: createKeyStore(world.homes.config).readAll }),
  );
  return new Set(availableProviders({ env: world.environment, keys }));
}

/** What to do when no model can be called; undefined when one can, or one was named that may need no key. */
export async function missingKey(host: InteractiveHost): Promise<string | undefined> {
  const { settings } = host.loaded;
  if (usableProviders(host).size > 0 || Object.keys(settings.providers).length > 0) return undefined;
  const local = await findLocalServers(AbortSignal.timeout(500));
  if (local.length > 0) return undefined;
  return 'No model can be called yet: leave (Ctrl-D) and run `monkey login anthropic`.';
}

/** The window of a model in tokens, as far as it may be used. */
export async function windowOf({ world, loaded }: InteractiveHost, provider: string, model: string): Promise<number> {
  const { settings } = loaded;
  const facts = userCatalogue(settings, world.homes.state).models.find(
    (one) => one.provider === provider && one.id === model,
  );
  const window = facts?.context ?? assumedWindow;
  return Math.min(window, settings.limits.maxContextTokens ?? window);
}

/** The models that can be called, and the names that stand for one. */
export async function modelChoices(host: InteractiveHost): Promise<readonly Choice<string>[]> {
  const usable = usableProviders(host);
  const { models } = userCatalogue(host.loaded.settings, host.world.homes.state);
  const named = models.filter((one) => usable.has(one.provider) && isAlive(one, host.world.now()));
  const local = await findLocalServers(AbortSignal.timeout(500));
  const own = local.flatMap(({ provider, models: names }) => names.map((name) => `${provider}/${name}`));
  const tiers = [
    { label: 'auto', detail: 'the router chooses', value: 'auto' },
    { label: 'fast', detail: 'a quick and cheap one', value: 'fast' },
    { label: 'smart', detail: 'a good one', value: 'smart' },
    { label: 'reasoning', detail: 'one that thinks long', value: 'reasoning' },
  ];
  return [
    ...tiers,
    ...own.map((name) => ({ label: name, detail: 'runs here, free', value: name })),
    ...named.map(({ provider, id, context }) => ({
      label: `${provider}/${id}`,
      detail: context === undefined ? '' : `${Math.round(context / 1000)}k tokens`,
      value: `${provider}/${id}`,
    })),
  ];
}
