// Gives each key to whom it is meant for: a question, the bindings, the editor.
import type { Input, Key } from '../screen/keys.ts';
import { plainText } from '../screen/plain-text.ts';
import type { AppState } from './app.ts';
import { editorCommand, editText } from './external-editor.ts';
import type { Action } from './key-bindings.ts';
import { createPicker } from './picker.ts';
import { nextMode } from './slash-commands.ts';

/** What the router cannot do itself. */
export interface RouterActions {
  submit(text: string): void;
  leave(): void;
}

/** Ctrl-C twice within this time leaves. */
const twiceMs = 2_000;
const notStoppedMs = 300;

/** What keys do while a question is asked, too. */
const onPanels: readonly Action[] = ['expand', 'fullscreen', 'redraw'];

/** Routes keys. */
export class KeyRouter {
  readonly #state: AppState;
  readonly #actions: RouterActions;
  #interruptedAt = Number.NEGATIVE_INFINITY;

  constructor(state: AppState, actions: RouterActions) {
    this.#state = state;
    this.#actions = actions;
  }

  onInput(input: readonly Input[]): void {
    const state = this.#state;
    for (const one of input) {
      if (one.kind === 'paste') this.#paste(one.text);
      else if (one.kind === 'key') this.#key(one.key);
    }
    state.lastKeyAt = state.host.world.now();
    state.draw();
  }

  /** Back from having been stopped. */
  resume(): void {
    const state = this.#state;
    if (state.isClosed || state.terminal.isHeld) return;
    state.terminal.hold();
    state.screen.restart();
    state.draw();
  }

  #paste(text: string): void {
    const { panels, editor } = this.#state;
    this.#interruptedAt = Number.NEGATIVE_INFINITY;
    const panel = panels[0];
    if (panel && this.#state.isPanelArmed()) panel.onPaste?.(text);
    else editor.paste(text);
  }

  #key(key: Key): void {
    const state = this.#state;
    if (key.ctrl && key.name === 'c') {
      this.#interrupt();
      return;
    }
    // Leaving takes two in a row: whoever types in between wants to stay.
    this.#interruptedAt = Number.NEGATIVE_INFINITY;
    if (state.screen.mode === 'full' && this.#scroll(key)) return;
    const action = state.bindings.actionOf(key);
    const panel = state.panels[0];
    if (panel && state.isPanelArmed()) {
      if (state.isLooking && (key.name === 'escape' || key.name === 'q')) state.toggleExpanded();
      else if (action !== undefined && onPanels.includes(action)) this.#act(action, key);
      else panel.onKey(key);
    } else this.#editorKey(key, action);
  }

  #editorKey(key: Key, action: Action | undefined): void {
    const state = this.#state;
    const { editor } = state;
    if (key.name === 'escape') this.#escape(key);
    else if (key.ctrl && key.name === 'd' && editor.isEmpty) this.#actions.leave();
    else if (state.completion.isOpen && editor.onKey(key)) return;
    else if (action !== undefined) this.#act(action, key);
    else if (state.isLooking && key.name === 'q' && editor.isEmpty) state.toggleExpanded();
    else editor.onKey(key);
  }

  /** In vim's insert mode Escape leaves that mode; the work is interrupted by the next one. */
  #escape(key: Key): void {
    const state = this.#state;
    if (
      state.completion.isOpen ||
      (state.editor.isVim && state.editor.vim.mode === 'insert' && !state.editor.isEmpty)
    ) {
      state.editor.onKey(key);
      return;
    }
    if (state.isLooking) {
      state.toggleExpanded();
      return;
    }
    if (state.conversation.interrupt()) {
      state.isInterrupting = true;
      this.#takeBack();
    } else state.editor.onKey(key);
  }

  #interrupt(): void {
    const state = this.#state;
    const now = state.host.world.now();
    if (now - this.#interruptedAt < twiceMs) {
      this.#actions.leave();
      return;
    }
    this.#interruptedAt = now;
    const isStopping = state.conversation.interrupt();
    if (isStopping) {
      state.isInterrupting = true;
      this.#takeBack();
    } else state.editor.clear();
    const panel = state.panels[0];
    if (panel && !isStopping) panel.onKey({ name: 'escape', text: '', ctrl: false, alt: false, shift: false });
    state.hint('Ctrl-C again leaves');
  }

  #act(action: Action, key: Key): void {
    const state = this.#state;
    switch (action) {
      case 'submit':
        this.#submit();
        return;
      case 'newline':
        state.editor.newLine();
        return;
      case 'cycle-mode':
        state.conversation.mode = nextMode(state.conversation.mode);
        return;
      case 'history-search':
        this.#searchHistory();
        return;
      case 'editor':
        this.#externalEditor();
        return;
      case 'expand':
        state.toggleExpanded();
        return;
      case 'fullscreen':
        state.toggleFull();
        return;
      case 'todos':
        state.showTodos = !state.showTodos;
        return;
      case 'redraw':
        state.screen.redraw();
        return;
      case 'suspend':
        this.#suspend();
        return;
      case 'take-back':
        if (!this.#takeBack()) state.editor.onKey(key);
    }
  }

  #submit(): void {
    const { editor } = this.#state;
    if (editor.takeBackslash()) return;
    const text = editor.take();
    if (text !== '') this.#actions.submit(text);
  }

  /** Queued text goes back into the editor; false when there is none. */
  #takeBack(): boolean {
    const { conversation, editor } = this.#state;
    const queued = conversation.takeQueued();
    if (queued === '') return false;
    editor.set(editor.isEmpty ? queued : `${queued}\n${editor.buffer.text}`);
    return true;
  }

  #searchHistory(): void {
    const { history, editor } = this.#state;
    const choices = history
      .search('')
      .map((text) => ({ label: text.replaceAll('\n', ' ⏎ '), detail: '', value: text }));
    const picker = createPicker<string>({
      title: 'What was asked before',
      choices,
      onDone: (text) => {
        this.#state.removePanel(picker);
        if (text !== undefined) editor.set(text);
      },
    });
    this.#state.pushPanel(picker, true);
  }

  #externalEditor(): void {
    const { terminal, editor, screen, host } = this.#state;
    screen.redraw();
    terminal.release(screen.leaving());
    const command = editorCommand(host.world.environment);
    const text = editText(editor.fullText, command);
    terminal.hold();
    screen.restart();
    if (text === undefined) this.#state.hint(`${command} could not be used; set $VISUAL or $EDITOR`);
    else editor.set(plainText(text));
  }

  #suspend(): void {
    const { terminal, screen } = this.#state;
    if (process.platform === 'win32') return;
    screen.redraw();
    terminal.release(screen.leaving());
    process.kill(process.pid, 'SIGTSTP');
    // Without a shell that could go on with it, the system passes over the signal: then it goes on by itself.
    setTimeout(() => this.resume(), notStoppedMs);
  }

  #scroll(key: Key): boolean {
    const { scroll } = this.#state;
    switch (key.name) {
      case 'pageup':
        scroll.page(-1);
        return true;
      case 'pagedown':
        scroll.page(1);
        return true;
      case 'wheelup':
        scroll.by(-3);
        return true;
      case 'wheeldown':
        scroll.by(3);
        return true;
      default:
        return this.#jump(key);
    }
  }

  #jump(key: Key): boolean {
    const { scroll, isLooking, editor } = this.#state;
    if (key.ctrl && key.name === 'home') scroll.toBegin();
    else if (key.ctrl && key.name === 'end') scroll.toEnd();
    else if (isLooking && editor.isEmpty && key.name === 'up') scroll.by(-1);
    else if (isLooking && editor.isEmpty && key.name === 'down') scroll.by(1);
    else return false;
    return true;
  }
}
