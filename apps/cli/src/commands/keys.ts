// `monkey login`, `monkey logout`, `monkey auth`: provider keys, kept in a file only their owner can read, shown as fingerprints.
import { createKeyStore, keyFingerprint } from '@monkey-coder/engine';
import {
  type ProviderEntry,
  providerEntry,
  providerTable,
  proxyFromEnvironment,
  Secret,
  validateKey,
} from '@monkey-coder/models';
import { MonkeyError, nearestNames } from '@monkey-coder/protocol';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { readSecret } from '../terminal/read-secret.ts';
import { formatTable } from '../terminal/table.ts';

/** Stores a key after the provider has taken it. */
export const login: Command = async (context) => {
  const { world, line } = context;
  const entry = providerOf(context);
  const key = (await readSecret(world, `Key of ${entry.name}: `)).trim();
  if (key === '') throw new MonkeyError('usage.invalid', 'no key was given; nothing was stored');
  if (!line.options.has('no-check')) await refuseBadKey(context, entry, key);
  const store = createKeyStore(world.homes.config);
  store.save(entry.id, key, line.options.has('replace') ? 'replace' : 'add');
  const count = store.readAll()[entry.id]?.length ?? 1;
  const others = count > 1 ? `; with ${count - 1} more that are tried when it meets a limit` : '';
  world.out(`stored the key of ${entry.name} (${keyFingerprint(key)}) in ${store.path}${others}\n`);
  return 0;
};

async function refuseBadKey({ world }: CommandContext, entry: ProviderEntry, key: string): Promise<void> {
  const [endpoint] = entry.endpoints;
  const baseUrl = world.environment[entry.baseUrlEnv] || entry.baseUrl;
  const target = {
    baseUrl,
    listPath: entry.listPath,
    keyPath: entry.keyPath ?? entry.listPath,
    auth: endpoint.auth,
    dialect: endpoint.dialect,
    key: new Secret(key),
  };
  const proxyFor = proxyFromEnvironment(world.environment);
  const verdict = await validateKey(target, AbortSignal.timeout(15_000), { proxyFor });
  if (verdict.kind === 'valid') return;
  if (verdict.kind === 'rejected') {
    throw new MonkeyError('auth.rejected', `${entry.name} does not take this key: ${verdict.failure.message}`, {
      advice: 'Nothing was stored. Check the key and try again.',
    });
  }
  throw new MonkeyError('model.unreachable', `the key could not be checked: ${verdict.failure.message}`, {
    advice: 'Nothing was stored. Check the network, or store it unchecked with --no-check.',
  });
}

/** Forgets the stored keys of a provider, or the one of a fingerprint. */
export const logout: Command = async (context) => {
  const entry = providerOf(context);
  const fingerprint = context.line.operands[1];
  const count = createKeyStore(context.world.homes.config).remove(entry.id, fingerprint);
  if (count === 0 && fingerprint !== undefined) {
    throw new MonkeyError('usage.invalid', `no stored key of ${entry.name} has the fingerprint ${fingerprint}`, {
      advice: '`monkey auth` lists them; at least four digits are needed.',
    });
  }
  const what = count === 1 ? 'the key' : `${count} keys`;
  context.world.out(count > 0 ? `forgot ${what} of ${entry.name}\n` : `there was no stored key of ${entry.name}\n`);
  return 0;
};

/** Shows which keys are known and where they are from, in the order they are tried. */
export const auth: Command = async (context) => {
  const { world, asJson } = context;
  const store = createKeyStore(world.homes.config);
  const stored = store.readAll();
  const { providers } = context.loaded().settings;
  const known = providerTable.flatMap(({ id, keyEnv }) => {
    const variables = [...keyEnv, ...(providers[id]?.apiKeyEnv === undefined ? [] : [providers[id].apiKeyEnv])];
    const variable = variables.find((name) => world.environment[name]?.trim());
    const fromVariable = variable === undefined ? [] : [row(id, world.environment[variable] ?? '', `$${variable}`)];
    const rows = [...fromVariable, ...(stored[id] ?? []).map((key) => row(id, key, store.path))];
    const hasCommand = rows.length === 0 && providers[id]?.apiKeyCommand !== undefined;
    return hasCommand ? [{ provider: id, fingerprint: 'not asked yet', from: 'apiKeyCommand' }] : rows;
  });
  if (asJson) return printJson(world, known);
  world.out(
    known.length > 0
      ? `${formatTable(known.map((key) => [key.provider, key.fingerprint, key.from]))}\n`
      : 'no keys: set a variable such as ANTHROPIC_API_KEY, or `monkey login PROVIDER`\n',
  );
  return 0;
};

function row(provider: string, key: string, from: string) {
  return { provider, fingerprint: keyFingerprint(key.trim()), from };
}

function providerOf({ line }: CommandContext): ProviderEntry {
  const name = line.operands[0];
  const known = providerTable.map((entry) => entry.id);
  const entry = name === undefined ? undefined : providerEntry(name.toLowerCase());
  if (entry) return entry;
  const near = name === undefined ? [] : nearestNames(name, known);
  throw new MonkeyError(
    'usage.invalid',
    name === undefined ? 'which provider?' : `no provider "${name}"${near[0] ? `; did you mean "${near[0]}"?` : ''}`,
    {
      advice: `One of ${known.join(', ')}.`,
    },
  );
}
