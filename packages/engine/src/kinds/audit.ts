// `audit` ends with what patterns, advisories and the model found; of the model's findings only those whose place is there.
import { parseJson, type ReviewFinding, type WorkEvidence } from '@monkey-coder/protocol';
import type { Workspace } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { auditText } from './audit-patterns.ts';
import { findingsVerification, placeFindings } from './judge-findings.ts';
import { readFindings } from './read-findings.ts';
import { countOf, evidence, type JudgeWork, type WorkGround } from './work-ground.ts';

const maxFiles = 20_000;
const maxFileBytes = 1_000_000;

/** Judges an audit. */
export const judgeAudit: JudgeWork = async (ground) => {
  const { workspace, signal, work } = ground;
  const own = await auditFiles(workspace, work.targets, signal);
  const advisories = await npmAdvisories(ground);
  const claimed = readFindings(ground.text);
  const placed = await placeFindings(ground, claimed ?? { findings: [], unreadable: 0 });
  const findings = [...own.findings, ...advisories.findings, ...placed.findings];
  const model =
    claimed === undefined
      ? [evidence('findings of the model', 'unknown', 'its answer has no list of findings that could be read')]
      : [];
  return findingsVerification('audit', { ...placed, findings }, work, [own.evidence, advisories.evidence, ...model]);
};

interface Found {
  readonly findings: readonly ReviewFinding[];
  readonly evidence: WorkEvidence;
}

/** What patterns find in the files of a folder; nothing is executed. */
export async function auditFiles(
  workspace: Workspace,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<Found> {
  const { paths } = await workspace.lister.list({ limit: maxFiles, signal });
  const isAsked = (path: string): boolean =>
    targets.length === 0 || targets.some((one) => one === '.' || path === one || path.startsWith(`${one}/`));
  const findings: ReviewFinding[] = [];
  let read = 0;
  for (const path of paths.filter(isAsked)) {
    signal.throwIfAborted();
    const file = await workspace.readFile(path).catch(() => undefined);
    if (file === undefined || file.sizeBytes > maxFileBytes) continue;
    read += 1;
    findings.push(...auditText(path, file.text));
  }
  return {
    findings,
    evidence: evidence('patterns of secrets and dangerous calls', 'holds', `${countOf(read, 'file')} looked at`),
  };
}

const auditSchema = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.optional(z.string()) })),
});
const npmSeverities: Readonly<Record<string, ReviewFinding['severity']>> = {
  critical: 'critical',
  high: 'high',
  moderate: 'medium',
};

/** Known vulnerable dependencies, where npm's lock file is there and the network may be used. */
async function npmAdvisories(ground: WorkGround): Promise<Found> {
  const what = 'dependencies held against advisories';
  const lock = await ground.workspace.readFile('package-lock.json').catch(() => undefined);
  const skipped = (why: string): Found => ({ findings: [], evidence: evidence(what, 'unknown', why) });
  if (lock === undefined) return skipped('not done: there is no package-lock.json (only npm is known)');
  if (ground.network === false) return skipped('not done: the network may not be used (--network)');
  const { output } = await ground.workspace.commands.run({
    command: 'npm audit --json --ignore-scripts',
    timeoutMs: 60_000,
    maxOutputBytes: 4_000_000,
    network: ground.network,
    writable: false,
    sandbox: ground.sandbox,
    signal: ground.signal,
  });
  const report = auditSchema.safeParse(parseJson(output.slice(Math.max(0, output.indexOf('{')))));
  if (!report.success) return skipped('npm audit gave no report');
  const lines = lock.text.split('\n');
  const findings = Object.entries(report.data.vulnerabilities).map(
    ([name, { severity, range = '' }]): ReviewFinding => {
      const line = lines.findIndex((text) => text.includes(`"node_modules/${name}"`)) + 1;
      return {
        file: 'package-lock.json',
        line: Math.max(1, line),
        severity: npmSeverities[severity] ?? 'low',
        title: `${name} has a known vulnerability`,
        why: `npm audit: versions ${range}`,
        rule: 'monkey/advisory',
      };
    },
  );
  return { findings, evidence: evidence(what, 'holds', `${countOf(findings.length, 'package')} of npm audit`) };
}
