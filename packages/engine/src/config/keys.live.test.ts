// The key file and its first version, key commands, and the health file.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyCommands } from './key-command.ts';
import { createKeyStore, keyFingerprint } from './key-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As version 0.1.0 wrote it. */
const firstVersion = '{\n  "version": 1,\n  "keys": {\n    "openai": "sk-old",\n    "anthropic": "sk-ant"\n  }\n}\n';

describe('key store', () => {
  it('reads the file of the first version, and writes the second when a key is added', () => {
    const store = createKeyStore(folder);
    writeFileSync(store.path, firstVersion, { mode: 0o600 });
    expect(store.read()).toEqual({ openai: 'sk-old', anthropic: 'sk-ant' });
    expect(readFileSync(store.path, 'utf8')).toBe(firstVersion);
    store.save('openai', 'sk-new');
    expect(JSON.parse(readFileSync(store.path, 'utf8'))).toEqual({
      version: 2,
      keys: { openai: ['sk-new', 'sk-old'], anthropic: ['sk-ant'] },
    });
    expect(store.read()).toEqual({ openai: 'sk-new', anthropic: 'sk-ant' });
    expect(statSync(store.path).mode & 0o777).toBe(0o600);
  });

  it('keeps several keys, the newest first, each once; replaces; forgets by fingerprint', () => {
    const store = createKeyStore(folder);
    for (const key of ['one', 'two', 'one', 'three']) store.save('openai', key);
    expect(store.readAll()).toEqual({ openai: ['three', 'one', 'two'] });
    expect(store.remove('openai', 'ffff')).toBe(0);
    expect(store.remove('openai', keyFingerprint('one'))).toBe(1);
    expect(store.remove('openai', keyFingerprint('two').slice(7, 12))).toBe(1);
    store.save('openai', 'four', 'replace');
    expect(store.readAll()).toEqual({ openai: ['four'] });
    expect(store.remove('openai')).toBe(1);
    expect(store.readAll()).toEqual({});
  });

  it('closes a file that others can read', () => {
    const store = createKeyStore(folder);
    writeFileSync(store.path, firstVersion);
    chmodSync(store.path, 0o644);
    store.read();
    expect(statSync(store.path).mode & 0o777).toBe(0o600);
  });

  it('refuses a newer file rather than lose its keys', () => {
    const store = createKeyStore(folder);
    writeFileSync(store.path, '{"version":3,"keys":{}}');
    expect(() => store.save('openai', 'x')).toThrow(/damaged/);
  });
});

describe.skipIf(process.platform === 'win32')('key commands', () => {
  it('run once, see the environment, and their output is the key', async () => {
    const counter = join(folder, 'runs');
    const keys = createKeyCommands({ PATH: process.env['PATH'], SECRET: 'sk-from-vault' });
    const command = `echo x >> '${counter}'; echo "$SECRET"`;
    expect(await Promise.all([keys('openai', command), keys('openai', command)])).toEqual([
      'sk-from-vault',
      'sk-from-vault',
    ]);
    expect(readFileSync(counter, 'utf8')).toBe('x\n');
  });

  it.each([
    ['echo sk-secret; exit 3', /apiKeyCommand of openai ended with code 3/],
    ['true', /printed nothing/],
    ['echo sk-secret for you', /more than a key/],
  ])('%s is refused without a word of what was printed', async (command, message) => {
    const failure = createKeyCommands({ PATH: process.env['PATH'] })('openai', command);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/sk-secret/);
  });
});
