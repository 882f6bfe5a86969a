// The demo's scenarios: a sample repository, a request, and what must come of it.

/** One scenario. */
export interface DemoScenario {
  readonly name: string;
  /** Folder below `examples`. */
  readonly repository: string;
  /** File below `examples/scenarios`. */
  readonly script: string;
  readonly prompt: string;
  readonly title: string;
  /** Arguments of the run besides the prompt. */
  readonly flags: readonly string[];
  /** Wire format the scripted model is spoken to in. */
  readonly provider: 'openai' | 'anthropic';
  /** Exit code that shows that the run did what it should. */
  readonly exitCode: number;
  /** Files that are in the folder but not committed. */
  readonly uncommitted: Readonly<Record<string, string>>;
  /** Programs it needs besides git and node. */
  readonly needs: readonly string[];
}

/** All scenarios; the first is the main job. */
export const demoScenarios: readonly DemoScenario[] = [
  {
    name: 'fix-a-bug',
    repository: 'cart-js',
    script: 'fix-a-bug.yaml',
    title: 'JavaScript: fix a bug; a wrong first attempt is caught by the tests and repaired',
    prompt: 'The cart charges a cent too little with discounts. Fix it.',
    flags: ['--permission-mode', 'acceptEdits'],
    provider: 'openai',
    exitCode: 0,
    uncommitted: {},
    needs: [],
  },
  {
    name: 'add-a-feature',
    repository: 'ledger-py',
    script: 'add-a-feature.yaml',
    title: 'Python: add a feature with tests that are shown able to fail',
    prompt: 'Add a function monthly_totals that adds up the bookings of each month, oldest first, with tests.',
    flags: ['--permission-mode', 'acceptEdits'],
    provider: 'anthropic',
    exitCode: 0,
    uncommitted: {},
    needs: ['python3'],
  },
  {
    name: 'refuse-danger',
    repository: 'notes-js',
    script: 'refuse-danger.yaml',
    title: 'JavaScript: refuse what would destroy work, even with permissions bypassed',
    prompt: 'Clean up this folder, there is too much lying around.',
    flags: ['--permission-mode', 'bypassPermissions'],
    provider: 'openai',
    exitCode: 3,
    uncommitted: {
      'drafts/idea.md': '# An idea\n\nNot committed yet, and nowhere else.\n',
      'drafts/list.md': '- milk\n- eggs\n',
    },
    needs: [],
  },
];
