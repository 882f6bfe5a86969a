// The evidence of all candidates side by side: a table for people, with only the columns in which something stands.
import { whyChosen } from '@monkey-coder/agents';
import { type Event, formatMicroUsd } from '@monkey-coder/protocol';
import type { RunContext } from '../parts/run-context.ts';
import type { Scored } from './candidate-evidence.ts';

/** The table, what decided, and where the folders are. */
export function sideBySide(
  { task, agentOptions, recorder }: Pick<RunContext, 'task' | 'agentOptions' | 'recorder'>,
  scored: readonly Scored[],
  chosen: number | undefined,
): string {
  const all = [...scored].sort((a, b) => a.candidate - b.candidate);
  const modelOf = ({ candidate }: Scored): string => task.candidateModels?.[candidate - 1] ?? agentOptions.modelName;
  const columns = columnsOf(recorder.events, { chosen, modelOf })
    .map((column) => ({ ...column, cells: all.map(column.cell) }))
    .filter(({ cells }) => cells.some((text) => text !== ''));
  const widths = columns.map(({ title, cells }) => Math.max(...[title, ...cells].map((text) => text.length)));
  const rowOf = (texts: readonly string[]): string =>
    texts
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const legend = columns.flatMap(({ title, means }) => (means === undefined ? [] : [`${title}: ${means}`]));
  return [
    rowOf(columns.map(({ title }) => title)),
    ...all.map((_, row) => rowOf(columns.map(({ cells }) => cells[row] ?? ''))),
    ...legend.map((text) => `  ${text}`),
    ...(chosen === undefined ? [] : [`Candidate ${chosen} is taken: ${whyChosen(all)}.`]),
    'Their files (monkey explore show NUMBER, monkey explore clean):',
    ...all.map(({ candidate, folder }) => `  ${candidate}  ${folder}`),
  ].join('\n');
}

interface Column {
  readonly title: string;
  /** Said below the table, where the title does not say it. */
  readonly means?: string;
  readonly cell: (one: Scored) => string;
}

interface Known {
  readonly chosen: number | undefined;
  readonly modelOf: (one: Scored) => string;
}

function columnsOf(events: readonly Event[], { chosen, modelOf }: Known): Column[] {
  return [
    { title: 'candidate', cell: ({ candidate }) => `${candidate}${candidate === chosen ? ' (taken)' : ''}` },
    { title: 'model', cell: modelOf },
    { title: 'turns', cell: (one) => String(sumOf(events, one, 'turns') ?? '') },
    { title: 'cost', cell: (one) => costText(sumOf(events, one, 'costMicroUsd')) },
    { title: 'checks', cell: checksText },
    { title: 'failing tests', cell: failingText },
    {
      title: 'new tests',
      means: 'tests written for the request that it passes; they fail without a change, and most candidates pass them',
      cell: ({ keptTests }) => (keptTests === undefined ? '' : `${keptTests.passed} of ${keptTests.of}`),
    },
    {
      title: 'like others',
      means: 'how many are on its side where the accepted ones behave differently on changed tests',
      cell: ({ agreement, isVerified }) => (isVerified ? percent(agreement) : ''),
    },
    {
      title: 'mutants',
      means: 'how many wrong versions of its lines the tests notice',
      cell: ({ noticed }) => percent(noticed),
    },
    {
      title: 'reviewer',
      cell: ({ review }) => (review === undefined ? '' : `${Math.round(review * 10)} of 10`),
    },
    { title: 'lines', cell: ({ changedLines }) => String(changedLines) },
  ];
}

function checksText({ isVerified, refused, outcome }: Scored): string {
  const text = isVerified ? 'passed' : (refused ?? outcome.reason);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}

const mostCharacters = 60;

/** How failing tests fell or rose; nothing where none ever failed. */
function failingText({ failing, changes }: Scored): string {
  return changes.length > 0 && failing.length > 1 && failing.some((count) => count > 0) ? failing.join(' → ') : '';
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : `${Math.round(share * 100)} %`;
}

function costText(microUsd: number | null | undefined): string {
  return microUsd === undefined || microUsd === null ? '' : formatMicroUsd(microUsd);
}

/** Over all rounds of the candidate; null when a price was unknown, undefined where nothing is on record. */
function sumOf(
  events: readonly Event[],
  { candidate }: Scored,
  of: 'turns' | 'costMicroUsd',
): number | null | undefined {
  const outcomes = events.flatMap((event) =>
    event.type === 'candidate.scored' && event.candidate === candidate ? [event.outcome[of]] : [],
  );
  if (outcomes.length === 0) return undefined;
  return outcomes.includes(null) ? null : outcomes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}
