// Turns schema issues into one line that says where, what was found wrong and what would be right.
import type * as z from 'zod/mini';

type Issue = z.core.$ZodIssue;

/** One line such as `limits.maxTurns: expected number; extra: unknown key "x"`. */
export function describeIssues(error: { readonly issues: readonly Issue[] }): string {
  return error.issues.slice(0, 5).map(describeIssue).join('; ');
}

function describeIssue(issue: Issue): string {
  const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
  return `${where}${whatWasWrong(issue)}`;
}

function whatWasWrong(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'unrecognized_keys':
      return `unknown ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}
