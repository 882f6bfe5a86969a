// Runs the example of a finding in a copy of the project, to see that it fails as was claimed. Nothing of it reaches the user's files.
import { posix } from 'node:path';
import { errorMessage, type ReviewFinding } from '@monkey-coder/protocol';
import { limitsOf, type WorkGround } from './work-ground.ts';

type Example = NonNullable<ReviewFinding['example']>;

const timeoutMs = 60_000;
/** The example did not get as far as showing anything. */
const brokenExample =
  /SyntaxError|Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|ModuleNotFoundError|ImportError|ReferenceError|NameError|command not found|No such file|build failed|cannot find package/;

/** Runs it; `not-run` where no runner is known, or no sandbox bounds it and nobody allowed that. */
export async function runExample(
  ground: WorkGround,
  { path, content }: { readonly path: string; readonly content: string },
): Promise<Example> {
  const command = exampleCommand(
    path,
    content,
    ground.checks.map((check) => check.command),
  );
  const notRun = (detail: string): Example => ({ path, content, command: command ?? '', result: 'not-run', detail });
  if (command === undefined) return notRun('nothing is known that runs such a file');
  if (!ground.isSandboxed && !ground.work.mayRunExamples)
    return notRun('there is no sandbox (--run-examples runs it all the same)');
  try {
    const checks = await ground.workspace.checks();
    const run = await checks.inCopy({ signal: ground.signal }, async (copy) => {
      copy.write(path, content);
      return copy.run({ command, cwd: '.' }, { ...limitsOf(ground), timeoutMs });
    });
    const detail = ground.redact(run.output.trim().slice(-600));
    if (run.passed) return { path, content, command, result: 'passes', detail };
    return brokenExample.test(run.output)
      ? notRun(`it is broken itself: ${detail}`)
      : { path, content, command, result: 'fails', detail };
  } catch (error) {
    return notRun(errorMessage(error));
  }
}

/** The command for one file, by its name and by what the project tests with; the model names none. */
export function exampleCommand(path: string, content: string, checks: readonly string[]): string | undefined {
  if (!/^[\w@+.-]+(?:\/[\w@+.-]+)*$/.test(path) || path.startsWith('-')) return undefined;
  const all = `${checks.join('\n')}\n${content}`;
  const extension = posix.extname(path);
  if (/^\.[cm]?[jt]sx?$/.test(extension)) return scriptCommand(path, content, all);
  const isPytest = /\bpytest\b/.test(all) || /(^|\/)test_/.test(path);
  if (extension === '.py') return isPytest ? `python3 -m pytest -q ${path}` : `python3 ${path}`;
  if (path.endsWith('_test.go')) return `go test ./${posix.dirname(path)}`;
  return extension === '.sh' ? `sh ${path}` : undefined;
}

function scriptCommand(path: string, content: string, all: string): string | undefined {
  if (/\bvitest\b/.test(all)) return `npx --no-install vitest run ${path}`;
  if (/\bjest\b/.test(all)) return `npx --no-install jest ${path}`;
  if (/\.[cm]?tsx?$|\.jsx$/.test(path)) return undefined;
  return /node:test/.test(content) ? `node --test ${path}` : `node ${path}`;
}
