// Reads what compilers, type checkers and linters print, in their usual formats, as findings with file, line and column.
//
// A line is matched against one format after the other; formats of several lines (a file's name above, or a place below) keep
// the last heading. What matches nothing is no finding: the whole output stays in the receipt.
import { isAbsolute, posix, relative } from 'node:path';
import type { Finding } from './check.ts';

/** Where the output comes from. */
export interface DiagnosticSource {
  /** Real path of the root. */
  readonly root: string;
  /** Folder the command ran in, relative to the root; `.` for the root. */
  readonly cwd: string;
  /** The command, for findings whose format does not name its tool. */
  readonly source: string;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
}

interface State {
  readonly from: DiagnosticSource;
  readonly found: Finding[];
  /** A file's name on a line of its own (ESLint, PHPStan). */
  heading: string | null;
  /** A message whose place follows (rustc, Ruff). */
  pending: { readonly severity: Finding['severity']; readonly code: string | null; readonly message: string } | null;
  /** A place whose message follows (Biome). */
  place: (Place & { readonly code: string | null }) | null;
}

type Format = (line: string, state: State) => boolean;

const maxFindings = 2_000;

/** Findings in the order of the output, each once, at most 2,000. Files outside the root are left out. */
export function parseDiagnostics(output: string, from: DiagnosticSource): Finding[] {
  const state: State = { from, found: [], heading: null, pending: null, place: null };
  for (const line of output.split(/\r?\n/)) {
    if (line.length > 2_000) continue;
    formats.some((format) => format(line, state));
    if (state.found.length >= maxFindings) break;
  }
  const seen = new Set<string>();
  return state.found.filter((finding) => {
    const key = JSON.stringify([finding.file, finding.line, finding.column, finding.code, finding.message]);
    return !seen.has(key) && seen.add(key);
  });
}

function severityOf(word: string | undefined): Finding['severity'] {
  return /^(?:warn|note|info|hint|style|convention|[cwri]$)/i.test(word ?? '') ? 'warning' : 'error';
}

function add(
  state: State,
  place: { readonly file: string; readonly line: string | undefined; readonly column?: string | undefined },
  { severity, code, message }: Pick<Finding, 'severity' | 'code' | 'message'>,
): boolean {
  const file = relativePath(place.file, state.from);
  if (file === null) return false;
  const [line, column] = [Number(place.line), Number(place.column)];
  state.found.push({
    file,
    line: line > 0 ? line : null,
    column: column > 0 ? column : null,
    severity,
    code: code || null,
    message: message.trim(),
    source: state.from.source,
  });
  return true;
}

function relativePath(path: string, { root, cwd }: DiagnosticSource): string | null {
  const tidy = path.trim().replaceAll('\\', '/');
  const inside = isAbsolute(tidy) ? relative(root, tidy).replaceAll('\\', '/') : posix.normalize(posix.join(cwd, tidy));
  return inside.startsWith('../') || inside === '..' || inside === '' ? null : inside.replace(/^\.\//, '');
}

/** `a.ts(1,2): error TS2304: message`, also of MSBuild. */
const typescriptPlain: Format = (line, state) => {
  const match =
    /^\s*(.+?)\((\d+),(\d+)(?:,\d+,\d+)?\):\s+(error|warning)\s+([A-Z]+\d+):\s+(.*?)(?:\s+\[[^\]]+proj\])?$/.exec(line);
  if (!match) return false;
  const [, file = '', at, column, severity, code = '', message = ''] = match;
  return add(state, { file, line: at, column }, { severity: severityOf(severity), code, message });
};

/** `a.ts:1:2 - error TS2304: message` (tsc --pretty) and `a.py:1:2 - error: message (rule)` (Pyright). */
const dashed: Format = (line, state) => {
  const match =
    /^\s*(.+?):(\d+):(\d+) - (error|warning|information)(?:\s+(TS\d+))?:\s+(.*?)(?:\s+\((report\w+)\))?$/.exec(line);
  if (!match) return false;
  const [, file = '', at, column, severity, code, message = '', rule] = match;
  return add(
    state,
    { file, line: at, column },
    { severity: severityOf(severity), code: code ?? rule ?? null, message },
  );
};

/** `a.ts:1:2 lint/style/useConst  FIXABLE ━━━`: Biome; its message follows after a cross. */
const biomeHeading: Format = (line, state) => {
  const match = /^(\S.*?):(\d+):(\d+)\s+([a-zA-Z]+(?:\/[\w/]+)?)\s+(?:FIXABLE\s+)?━/.exec(line);
  const whole = match ? null : /^(\S+\.\w+)\s+(format|assist|organizeImports|parse|lint[\w/]*)\s+━/.exec(line);
  if (match)
    state.place = { file: match[1] ?? '', line: Number(match[2]), column: Number(match[3]), code: match[4] ?? null };
  else if (whole) state.place = { file: whole[1] ?? '', line: 0, column: null, code: whole[2] ?? null };
  return match !== null || whole !== null;
};

const biomeMessage: Format = (line, state) => {
  const match = state.place === null ? null : /^\s*([×✖!⚠i])\s+(\S.*)$/.exec(line);
  if (!match || state.place === null) return false;
  const { file, line: at, column, code } = state.place;
  state.place = null;
  const severity = /[×✖]/.test(match[1] ?? '') ? 'error' : 'warning';
  return add(state, { file, line: String(at), column: String(column) }, { severity, code, message: match[2] ?? '' });
};

/** `error[E0308]: message` (rustc) and `F401 [*] message` (Ruff), with ` --> file:1:2` below. */
const pendingMessage: Format = (line, state) => {
  const rust = /^(error|warning)(?:\[(\w+)\])?:\s+(.*)$/.exec(line);
  const ruff = rust ? null : /^([A-Z]{1,4}\d{2,4}|invalid-syntax)(?::)?\s+(?:\[\*\]\s+)?(.*)$/.exec(line);
  if (rust) state.pending = { severity: severityOf(rust[1]), code: rust[2] ?? null, message: rust[3] ?? '' };
  else if (ruff) state.pending = { severity: 'error', code: ruff[1] ?? null, message: ruff[2] ?? '' };
  return rust !== null || ruff !== null;
};

const arrow: Format = (line, state) => {
  const match = state.pending === null ? null : /^\s*-->\s+(.+?):(\d+):(\d+)\s*$/.exec(line);
  if (!match || state.pending === null) return false;
  const { pending } = state;
  state.pending = null;
  return add(state, { file: match[1] ?? '', line: match[2], column: match[3] }, pending);
};

/** ESLint, stylish: the file on its own line, then `  1:2  error  message  rule`. */
const stylish: Format = (line, state) => {
  const row =
    state.heading === null ? null : /^\s+(\d+):(\d+)\s+(error|warning)\s+(.*?)(?:\s{2,}([\w@/-]+))?\s*$/.exec(line);
  if (!row || state.heading === null) return false;
  const [, at, column, severity, message = '', code] = row;
  return add(
    state,
    { file: state.heading, line: at, column },
    { severity: severityOf(severity), code: code ?? null, message },
  );
};

const heading: Format = (line, state) => {
  if (!/^(?:\/|[A-Za-z]:\\|\.{0,2}[\w@-])[^:*?"<>|]*\.\w{1,6}$/.test(line)) return false;
  state.heading = line;
  return true;
};

/** Maven's compiler: `[ERROR] /x/A.java:[1,2] message`. */
const maven: Format = (line, state) => {
  const match = /^\[(ERROR|WARNING)\]\s+(.+?):\[(\d+),(\d+)\]\s+(.*)$/.exec(line);
  if (!match) return false;
  const [, severity, file = '', at, column, message = ''] = match;
  return add(state, { file, line: at, column }, { severity: severityOf(severity), code: null, message });
};

/** `file:1:2: …`, `file:1: …`: gcc, clang, go, mypy, javac, Ruff, flake8, pylint, RuboCop, golangci-lint. */
const colons: Format = (line, state) => {
  const match = /^(?:vet:\s+)?((?:[A-Za-z]:)?[^\s:][^:]*?\.\w+):(\d+)(?::(\d+))?(?::\s*|\s+)(.+)$/.exec(line);
  if (!match || /^\s*at\b|^\d+(?:\.\d+)*$/.test(match[4] ?? '')) return false;
  const [, file = '', at, column, rest = ''] = match;
  return add(state, { file, line: at, column }, wordsOf(rest));
};

/** Severity before the message, the code before or behind it. */
function wordsOf(rest: string): Pick<Finding, 'severity' | 'code' | 'message'> {
  const severity = /^(fatal error|error|warning|note|info|[CWREF])(?:\[\w+\])?:\s+/.exec(rest);
  const message = severity ? rest.slice(severity[0].length) : rest;
  const before = /^([A-Z]{1,4}\d{2,4}|[A-Z]\w+\/\w+)(?::|\s)\s*(?:\[(?:\*|Correctable)\]\s+)?(?=\S)/.exec(message);
  const after = before ? null : /\s+(?:\[([\w-]+)\]|\(([\w-]+)\))\s*$/.exec(message);
  const bare = before ? message.slice(before[0].length) : after ? message.slice(0, after.index) : message;
  const word = severity?.[1];
  const isError = word === 'E' || word === 'F' || severityOf(word) === 'error';
  return {
    severity: isError ? 'error' : 'warning',
    code: before?.[1] ?? after?.[1] ?? after?.[2] ?? null,
    message: bare,
  };
}

const formats: readonly Format[] = [
  typescriptPlain,
  dashed,
  biomeHeading,
  biomeMessage,
  arrow,
  stylish,
  maven,
  colons,
  pendingMessage,
  heading,
];
