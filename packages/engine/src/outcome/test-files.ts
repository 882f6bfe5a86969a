// Recognises test files by the naming customs of the supported languages.

const patterns = [
  /(^|\/)(tests?|__tests__|spec|specs)\/.+\.[a-z]+$/i,
  /\.(test|spec)\.[cm]?[jt]sx?$/i,
  /(^|\/)test_[^/]+\.py$/,
  /_test\.(py|go|rb|exs?)$/,
  /_spec\.rb$/,
  /(Test|Tests|IT|Spec)\.(java|kt|cs|php|scala|swift)$/,
];

/** Whether a path (forward slashes) looks like a test. */
export function isTestFile(path: string): boolean {
  return patterns.some((pattern) => pattern.test(path));
}
