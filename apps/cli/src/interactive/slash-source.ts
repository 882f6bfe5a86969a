// The seam through which commands from elsewhere (skills, custom commands, prompts of MCP servers) come into the editor.

/** A command whose text is sent to the model. */
export interface SlashPrompt {
  /** Without the slash. */
  readonly name: string;
  readonly description: string;
  /**
   * The task's maker understands it with its slash, and takes model and allowed tools from it: a prompt is sent as it was typed. What
   * only steers a run is expanded all the same.
   */
  readonly isTask?: boolean;
  /** What is sent for the words behind the name; throws MonkeyError when they do not do. */
  expand(args: string): string | Promise<string>;
}

/** Where such commands come from; asked when the first slash is typed, and again by `/help`. */
export interface SlashSource {
  prompts(): Promise<readonly SlashPrompt[]>;
}
