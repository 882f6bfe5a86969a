// `monkey login`, `monkey logout`, `monkey auth`: provider keys, kept in a file only their owner can read, shown as fingerprints.
import { createHash } from 'node:crypto';
import { createKeyStore } from '@monkey-coder/engine';
import { type ProviderEntry, providerEntry, providerTable, Secret, validateKey } from '@monkey-coder/models';
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
  store.save(entry.id, key);
  world.out(`stored the key of ${entry.name} (${fingerprint(key)}) in ${store.path}\n`);
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
  const verdict = await validateKey(target, AbortSignal.timeout(15_000));
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

/** Forgets a stored key. */
export const logout: Command = async (context) => {
  const entry = providerOf(context);
  const wasThere = createKeyStore(context.world.homes.config).remove(entry.id);
  context.world.out(wasThere ? `forgot the key of ${entry.name}\n` : `there was no stored key of ${entry.name}\n`);
  return 0;
};

/** Shows which keys are known and where they are from. */
export const auth: Command = async ({ world, asJson }) => {
  const store = createKeyStore(world.homes.config);
  const stored = store.read();
  const known = providerTable.flatMap((entry) => {
    const variable = entry.keyEnv.find((name) => world.environment[name]);
    const key = variable ? world.environment[variable] : stored[entry.id];
    return key
      ? [{ provider: entry.id, fingerprint: fingerprint(key), from: variable ? `$${variable}` : store.path }]
      : [];
  });
  if (asJson) return printJson(world, known);
  world.out(
    known.length > 0
      ? `${formatTable(known.map((key) => [key.provider, key.fingerprint, key.from]))}\n`
      : 'no keys: set a variable such as ANTHROPIC_API_KEY, or `monkey login PROVIDER`\n',
  );
  return 0;
};

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

/** Tells keys apart without giving them away: the first eight hexadecimal digits of their SHA-256. */
function fingerprint(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}
