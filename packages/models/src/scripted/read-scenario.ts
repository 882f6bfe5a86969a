// Reads scenario files without loading schema or YAML before they are needed.
import { readFile } from 'node:fs/promises';
import { errorMessage, MonkeyError } from '@monkey-coder/protocol';
import type { Scenario } from './scenario.ts';

/** Reads a scenario file. Throws MonkeyError `usage.invalid` that says where it is wrong. */
export async function readScenario(file: string): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new MonkeyError('usage.invalid', `the scenario ${file} cannot be read: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  return parseScenarioText(text, file);
}

/** Reads a scenario from YAML text; `source` names it in errors. Throws MonkeyError `usage.invalid`. */
export async function parseScenarioText(text: string, source: string): Promise<Scenario> {
  const { parseScenario } = await import('./scenario.ts');
  return parseScenario(text, source);
}
