// What an audit finds without a model: secrets and dangerous calls, line by line. A secret itself is never repeated.
import type { ReviewFinding, Severity } from '@monkey-coder/protocol';

interface Pattern {
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly pattern: RegExp;
  /** Extensions it is about; absent for all files. */
  readonly of?: RegExp;
}

const script = /\.[cm]?[jt]sx?$/;
const python = /\.py$/;

const patterns: readonly Pattern[] = [
  {
    rule: 'monkey/private-key',
    severity: 'critical',
    title: 'a private key',
    pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  },
  {
    rule: 'monkey/secret',
    severity: 'critical',
    title: 'an access key of AWS',
    pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  },
  {
    rule: 'monkey/secret',
    severity: 'critical',
    title: 'a token of GitHub',
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{50,})/,
  },
  { rule: 'monkey/secret', severity: 'critical', title: 'a token of Slack', pattern: /\bxox[abprs]-[\w-]{12,}/ },
  {
    rule: 'monkey/secret',
    severity: 'critical',
    title: 'a key of a model provider',
    pattern: /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{24,}/,
  },
  {
    rule: 'monkey/secret',
    severity: 'critical',
    title: 'a live key of Stripe',
    pattern: /\b[rs]k_live_[A-Za-z0-9]{16,}/,
  },
  {
    rule: 'monkey/secret',
    severity: 'high',
    title: 'a password or key in the text',
    pattern:
      /\b(?:password|passwd|secret|api_?key|auth_?token)["']?\s*[:=]\s*["'](?!.*(?:example|change|your|xxx|test|dummy|placeholder|<|\$\{))[^"'\s]{8,}["']/i,
  },
  {
    rule: 'monkey/eval',
    severity: 'high',
    title: 'text is run as code',
    pattern: /(?<![\w.$])eval\s*\(|\bnew Function\s*\(/,
    of: script,
  },
  {
    rule: 'monkey/eval',
    severity: 'high',
    title: 'text is run as code',
    pattern: /(?<![\w.])(?:eval|exec)\s*\(/,
    of: python,
  },
  {
    rule: 'monkey/shell',
    severity: 'high',
    title: 'a shell command is put together from values',
    pattern: /\bexec(?:Sync)?\s*\(\s*(?:`[^`]*\$\{|["'][^"']*["']\s*\+)/,
    of: script,
  },
  {
    rule: 'monkey/shell',
    severity: 'high',
    title: 'a command goes through the shell',
    pattern: /\bshell\s*=\s*True\b|\bos\.system\s*\(/,
    of: python,
  },
  {
    rule: 'monkey/deserialise',
    severity: 'high',
    title: 'untrusted data may become objects',
    pattern: /\bpickle\.loads?\s*\(|\byaml\.load\s*\((?!.*Safe)/,
    of: python,
  },
  {
    rule: 'monkey/html',
    severity: 'medium',
    title: 'HTML is put into a page as it is',
    pattern: /\.innerHTML\s*=(?!=)|dangerouslySetInnerHTML/,
    of: script,
  },
  {
    rule: 'monkey/tls',
    severity: 'high',
    title: 'certificates are not checked',
    pattern: /rejectUnauthorized\s*:\s*false|verify\s*=\s*False|InsecureSkipVerify:\s*true/,
  },
  {
    rule: 'monkey/hash',
    severity: 'low',
    title: 'a hash that is broken',
    pattern: /createHash\(\s*["'](?:md5|sha1)["']|hashlib\.(?:md5|sha1)\s*\(/,
  },
];

const maxLineChars = 2_000;

/** Findings in one file, in the order of its lines. Pure. */
export function auditText(file: string, text: string): ReviewFinding[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.length > maxLineChars) return [];
    return patterns
      .filter(({ of, pattern }) => (of === undefined || of.test(file)) && pattern.test(line))
      .map(({ rule, severity, title }) => ({
        file,
        line: index + 1,
        severity,
        title,
        why: `The line looks like ${rule.split('/')[1]} (found by a pattern, not by a model).`,
        rule,
      }));
  });
}
