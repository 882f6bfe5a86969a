// What a command of the conversation is, and what it can reach.
import type { Engine } from '@monkey-coder/engine';
import type { ThemeName } from '../screen/theme.ts';
import type { Conversation } from './conversation.ts';
import type { InsideResult } from './inside.ts';
import type { KeyBindings } from './key-bindings.ts';
import type { Choice } from './picker.ts';
import type { RunView } from './run-view.ts';
import type { SlashPrompt } from './slash-source.ts';
import type { Block } from './transcript.ts';

/** What commands can reach. */
export interface SlashContext {
  readonly conversation: Conversation;
  readonly view: RunView;
  readonly engine: Engine;
  readonly cwd: string;
  readonly bindings: KeyBindings;
  readonly themeName: string;
  show(block: Block): void;
  pick<T>(title: string, choices: readonly Choice<T>[], selected?: number): Promise<T | undefined>;
  /** Runs a subcommand of `monkey`. */
  inside(args: readonly string[]): Promise<InsideResult>;
  prompts(): readonly SlashPrompt[];
  /** Looks anew for commands from elsewhere. */
  findPrompts(): Promise<void>;
  models(): Promise<readonly Choice<string>[]>;
  setTheme(name: ThemeName): void;
  toggleVim(): boolean;
  toggleFull(): void;
  /** Draws a picture; a sentence when that cannot be. */
  showImage(path: string): string | undefined;
  toggleTodos(): void;
  setDraft(text: string): void;
  /** Forgets what the status line knows of the old conversation. */
  resetFacts(): void;
  leave(): void;
}

/** A command. */
export interface SlashCommand {
  /** Without the slash. */
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  /** Does nothing to the files or the session while a run is at work. */
  readonly whileRunning: boolean;
  run(context: SlashContext, args: string): Promise<void> | void;
}
