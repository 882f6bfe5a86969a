// Keys that come from a command of the user's own settings: a password manager, a cloud login.
import { MonkeyError } from '@monkey-coder/protocol';

/** Runs a key command; the same command runs once in the life of this value. */
export type KeyCommands = (provider: string, command: string) => Promise<string>;

const timeoutMs = 30_000;

/** Makes the runner of key commands. What they print is never shown. Throws MonkeyError `auth.missing-key`. */
export function createKeyCommands(environment: Readonly<Record<string, string | undefined>>): KeyCommands {
  const known = new Map<string, Promise<string>>();
  return (provider, command) => {
    const running = known.get(command) ?? runKeyCommand(provider, command, environment);
    known.set(command, running);
    return running;
  };
}

async function runKeyCommand(
  provider: string,
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { exec } = await import('node:child_process');
  const key = await new Promise<string>((resolve, reject) => {
    const options = { env: environment, timeout: timeoutMs, maxBuffer: 65_536, windowsHide: true };
    exec(command, options, (error, stdout) => {
      if (error) reject(refusal(provider, reasonOf(error)));
      else resolve(stdout.trim());
    });
  });
  if (key === '' || /\s/.test(key)) throw refusal(provider, key === '' ? 'printed nothing' : 'printed more than a key');
  return key;
}

/** The error of `exec` repeats the command and what it printed: only how it ended is told. */
function reasonOf(error: { readonly code?: unknown; readonly killed?: boolean }): string {
  if (error.killed) return `did not end within ${timeoutMs / 1000} s`;
  return typeof error.code === 'number' ? `ended with code ${error.code}` : 'could not be run';
}

function refusal(provider: string, why: string): MonkeyError {
  return new MonkeyError('auth.missing-key', `the apiKeyCommand of ${provider} ${why}`, {
    advice: `It must print the key and nothing else: see providers.${provider}.apiKeyCommand in your settings.`,
  });
}
