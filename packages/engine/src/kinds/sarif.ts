// Findings as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), for code hosts and editors.
import type { ReviewFinding, Severity, WorkReport } from '@monkey-coder/protocol';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
};
/** What code hosts sort security findings by, 0 to 10. */
const scores: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' };

/** The log of one review or audit. Pure. */
export function toSarif({ kind, findings = [] }: WorkReport, productVersion: string): object {
  const ids = [...new Set(findings.map((finding) => ruleOf(kind, finding)))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Monkey Coder',
            version: productVersion,
            rules: ids.map((id) => ({ id, shortDescription: { text: id } })),
          },
        },
        originalUriBaseIds: { SRCROOT: { description: { text: 'The folder that was looked at.' } } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, ruleOf(kind, finding), ids)),
      },
    ],
  };
}

function ruleOf(kind: string, { rule }: ReviewFinding): string {
  return rule === 'model' ? `monkey/${kind}` : rule;
}

function resultOf(finding: ReviewFinding, ruleId: string, ids: readonly string[]): object {
  const { file, line, severity, title, why } = finding;
  return {
    ruleId,
    ruleIndex: ids.indexOf(ruleId),
    level: levels[severity],
    message: { text: why === '' ? title : `${title}\n\n${why}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' },
          region: { startLine: line },
        },
      },
    ],
    properties: { severity, 'security-severity': scores[severity] },
  };
}
