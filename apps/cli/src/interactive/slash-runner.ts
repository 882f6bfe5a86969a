// Runs what begins with a slash: a command of the conversation, or a prompt from elsewhere that is sent.
import { nearestNames } from '@monkey-coder/protocol';
import type { AppState } from './app.ts';
import { textBlock, userBlock } from './blocks.ts';
import { runInside } from './inside.ts';
import { modelChoices } from './lookups.ts';
import { type Choice, createPicker } from './picker.ts';
import { showImage } from './show-image.ts';
import type { SlashContext } from './slash-command.ts';
import { slashCommandOf, slashCommands } from './slash-commands.ts';

/** Finds and runs commands. */
export class SlashRunner {
  readonly #state: AppState;
  readonly #leave: () => void;

  constructor(state: AppState, leave: () => void) {
    this.#state = state;
    this.#leave = leave;
  }

  /** Whether it is a command: a path such as `/etc/hosts` at the beginning of a prompt is none. */
  knows(text: string): boolean {
    const { name } = parse(text);
    return /^(?:mcp__[\w.-]+|[a-zA-Z][\w:-]*)$/.test(name);
  }

  /** Runs it; `say` sends a prompt to the model. Failures are shown. */
  async run(text: string, say: (prompt: string, shown: string) => void): Promise<void> {
    const state = this.#state;
    const { name, args } = parse(text);
    const command = slashCommandOf(name);
    const prompt = state.prompts.find((one) => one.name === name);
    try {
      // A prompt of a server that was not listed yet is found by its server, when it is expanded.
      if (command === undefined && prompt === undefined && name.startsWith('mcp__') && !state.conversation.isRunning)
        return say(text, text);
      if (command === undefined && prompt !== undefined) {
        const isAsTyped = prompt.isTask === true && !state.conversation.isRunning;
        return say(isAsTyped ? text : await prompt.expand(args), text);
      }
      if (command === undefined)
        return state.show(textBlock(`There is no /${name}${this.#guess(name)}; /help lists what there is.`, 'warn'));
      if (state.conversation.isRunning && !command.whileRunning)
        return state.show(textBlock(`/${name} waits until the work is done; Esc interrupts it.`, 'warn'));
      if (command.name !== 'exit') state.show(userBlock(text));
      await command.run(this.context(), args);
    } catch (thrown) {
      state.fail(thrown);
    }
    state.draw();
  }

  /** What commands can reach. */
  context(): SlashContext {
    const state = this.#state;
    const { host } = state;
    return {
      conversation: state.conversation,
      view: state.view,
      engine: host.engine,
      cwd: host.cwd,
      bindings: state.bindings,
      themeName: state.theme.name,
      show: (block) => state.show(block),
      pick: (title, choices, selected) => this.#pick(title, choices, selected),
      inside: (args) => runInside(host, args),
      prompts: () => state.prompts,
      findPrompts: async () => {
        state.prompts = await host.slashSource.prompts();
      },
      models: () => modelChoices(host),
      setTheme: (name) => state.setTheme(name),
      toggleVim: () => {
        state.editor.isVim = !state.editor.isVim;
        state.editor.vim.reset();
        return state.editor.isVim;
      },
      toggleFull: () => state.toggleFull(),
      showImage: (path) => showImage(host, state.screen, path),
      toggleTodos: () => {
        state.showTodos = !state.showTodos;
      },
      setDraft: (text) => state.editor.set(text),
      resetFacts: () => {
        Object.assign(state.view.facts, {
          contextTokens: 0,
          costMicroUsd: 0,
          runCostMicroUsd: 0,
          isCostKnown: true,
          todos: [],
        });
      },
      leave: this.#leave,
    };
  }

  #guess(name: string): string {
    const names = [...slashCommands, ...this.#state.prompts].map((one) => one.name);
    const near = nearestNames(name, names).slice(0, 2);
    return near.length === 0 ? '' : ` (did you mean /${near.join(' or /')}?)`;
  }

  #pick<T>(title: string, choices: readonly Choice<T>[], selected = 0): Promise<T | undefined> {
    const state = this.#state;
    return new Promise((resolve) => {
      const picker = createPicker<T>({
        title,
        choices,
        selected,
        onDone: (value) => {
          state.removePanel(picker);
          resolve(value);
        },
      });
      state.pushPanel(picker, false);
      state.draw();
    });
  }
}

function parse(text: string): { readonly name: string; readonly args: string } {
  const match = /^\/(\S*)\s*([\s\S]*)$/.exec(text);
  return { name: match?.[1] ?? '', args: (match?.[2] ?? '').trim() };
}
