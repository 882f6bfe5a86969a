// A check that is one of the project's own commands: its type checker, linter, tests or build.
import { isMonkeyError } from '@monkey-coder/protocol';
import type { ProjectCheck } from '../project/project-facts.ts';
import type { Check, CheckLimits, CheckResult } from './check.ts';
import { parseDiagnostics } from './parse-diagnostics.ts';
import { runCheck } from './run-check.ts';

const readOnlyKinds: ReadonlySet<string> = new Set(['lint', 'types']);

/** A check that runs `check.command` in its folder. A command that is not there is skipped, not failed. */
export function commandCheck(check: ProjectCheck, limits: CheckLimits): Check {
  const name = check.cwd === '.' ? check.command : `${check.command} (in ${check.cwd})`;
  const base = { kind: check.kind, name };
  return {
    ...base,
    async run(subject, signal): Promise<CheckResult> {
      try {
        const { receipt, output } = await runCheck(subject, check, { ...limits, signal });
        signal.throwIfAborted();
        const missing = missingProgram(receipt.exitCode, output);
        if (missing !== null) return { ...base, status: 'skipped', reason: missing, findings: [], receipt: null };
        const source = { root: subject.root, cwd: check.cwd, source: check.command };
        const findings =
          readOnlyKinds.has(check.kind) || check.kind === 'build' ? parseDiagnostics(output, source) : [];
        const reason = receipt.passed ? '' : endOf(receipt.exitCode);
        return { ...base, status: receipt.passed ? 'passed' : 'failed', reason, findings, receipt };
      } catch (error) {
        if (!isMonkeyError(error) || signal.aborted) throw error;
        return { ...base, status: 'skipped', reason: error.message, findings: [], receipt: null };
      }
    },
  };
}

function endOf(exitCode: number | null): string {
  return exitCode === null ? 'was ended before it was done' : `ended with exit code ${exitCode}`;
}

/** What a shell says when a program is not installed; other failures are the project's. */
function missingProgram(exitCode: number | null, output: string): string | null {
  if (exitCode === 127) return `a program it needs is not installed: ${lastLine(output)}`;
  const missing =
    /No module named ['"]?(pytest|ruff|black|mypy|flake8|pylint|unittest2)['"]?\s*$|npx canceled due to missing packages|npm (?:ERR!|error) could not determine executable|ERR_PNPM_RECURSIVE_EXEC_FIRST_FAIL/m.exec(
      output,
    );
  return exitCode !== 0 && missing ? `a program it needs is not installed: ${lastLine(output)}` : null;
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
