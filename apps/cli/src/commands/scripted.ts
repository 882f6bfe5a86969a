// `monkey scripted`: serves a scenario as a provider, so that whole workflows can be tested without a model.
import { resolve } from 'node:path';
import { readScenario, serveScripted } from '@monkey-coder/models';
import { MonkeyError } from '@monkey-coder/protocol';
import { optionNumber } from '../command-line/parse.ts';
import type { Command } from '../configuration/command-context.ts';
import { watchSignals } from '../run/signals.ts';

/** Serves until it is interrupted; exits with 1 when a request was not as the scenario expects. */
export const scripted: Command = async ({ world, line }) => {
  const file = line.operands[0];
  if (!file)
    throw new MonkeyError('usage.invalid', 'which scenario? Give its YAML file', {
      advice: 'Examples are in the folder examples/scenarios of the repository.',
    });
  const watch = watchSignals(() => undefined);
  const scenario = await readScenario(resolve(world.cwd, file));
  let mismatches = 0;
  const server = await serveScripted(scenario, {
    port: optionNumber(line, 'port') ?? 0,
    onRequest(request) {
      if (request.mismatch) {
        mismatches += 1;
        world.err(`turn ${request.turn + 1}: NOT as expected: ${request.mismatch}\n`);
      } else if (line.options.has('log'))
        world.err(`turn ${request.turn + 1}: ${request.path}, ${request.request.messages.length} messages\n`);
    },
  });
  world.out(`${scenario.name}: scripted model on ${server.url}\n`);
  world.out(`  OPENAI_BASE_URL=${server.url}/v1 OPENAI_API_KEY=any monkey -m openai/scripted "…"\n`);
  world.out(`  ANTHROPIC_BASE_URL=${server.url} ANTHROPIC_API_KEY=any monkey -m anthropic/scripted "…"\n`);
  world.out(`  GOOGLE_GEMINI_BASE_URL=${server.url} GEMINI_API_KEY=any monkey -m google/scripted "…"\n`);
  world.out(`  COHERE_BASE_URL=${server.url} COHERE_API_KEY=any monkey -m cohere/scripted "…"\n`);
  if (!watch.signal.aborted)
    await new Promise<void>((stop) => watch.signal.addEventListener('abort', () => stop(), { once: true }));
  watch.close();
  await server.close();
  return mismatches > 0 ? 1 : 0;
};
