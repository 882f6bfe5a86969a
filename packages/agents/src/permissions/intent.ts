// What a tool call wants to do: the question every permission decision starts from.

/** What a call wants to do, for the permission decision and for people. */
export interface ToolIntent {
  /** One line a person understands: `edit src/cart.js`, `run npm test`. */
  readonly title: string;
  readonly effect: 'none' | 'read' | 'write' | 'command' | 'network';
  /** Workspace paths read or written, as the model gave them. */
  readonly paths: readonly string[];
  /** Hosts that are reached, for rules such as `Fetch(domain:example.com)`. */
  readonly hosts?: readonly string[];
  /** Shell text, for commands. */
  readonly command?: string;
  /** A person must agree each time: no mode, rule or hook stands in for that. */
  readonly needsConsent?: boolean;
  /** Why they must; for what is kept when absent. */
  readonly consentReason?: string;
  /** What rules, hooks and people call the tool, where one tool stands for many. */
  readonly tool?: string;
}
