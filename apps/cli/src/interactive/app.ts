// The interactive terminal: keys in, frames out, and between them the conversation.
//
// A key is drawn at once; what a run says is gathered for a moment (`frameMs`) and drawn together. Everything that is finished
// goes to the terminal's scrollback (inline) or to the transcript's window (full screen); the rest is the live region.
import { MonkeyError } from '@monkey-coder/protocol';
import type { Frame } from '../screen/frame.ts';
import type { Input } from '../screen/keys.ts';
import { plainLine } from '../screen/plain-text.ts';
import { Screen } from '../screen/screen.ts';
import { Terminal } from '../screen/terminal.ts';
import { createTheme, type Theme, type ThemeName } from '../screen/theme.ts';
import { describeFailure } from '../terminal/fail.ts';
import { linesBlock } from './blocks.ts';
import { Completion } from './completion.ts';
import { liveFrame } from './compose-frame.ts';
import type { Conversation } from './conversation.ts';
import { fullFrame, Scroll } from './full-frame.ts';
import { History } from './history.ts';
import { type InteractiveHost, isTmux } from './host.ts';
import { asSlashCommands } from './inside.ts';
import { createKeyBindings, type KeyBindings } from './key-bindings.ts';
import type { Panel } from './panel.ts';
import { PromptEditor } from './prompt-editor.ts';
import { RunView } from './run-view.ts';
import { slashCommands } from './slash-commands.ts';
import type { SlashPrompt } from './slash-source.ts';
import { statusLine } from './status-line.ts';
import { type Block, type Drawing, Transcript } from './transcript.ts';

const frameMs = 33;
const spinnerMs = 120;
const hintMs = 2_500;
const pauseMs = 700;
/** What is advised on the command line where nothing better is known. */
const commandLineAdvice = new MonkeyError('usage.invalid', '').advice;

/** What the parts of the application share. Owned by one `App`. */
export class AppState {
  readonly host: InteractiveHost;
  readonly screen: Screen;
  readonly terminal: Terminal;
  readonly transcript = new Transcript();
  readonly view: RunView;
  readonly history: History;
  readonly completion: Completion;
  readonly editor: PromptEditor;
  readonly bindings: KeyBindings;
  readonly scroll = new Scroll();
  readonly panels: Panel[] = [];
  theme: Theme;
  files: readonly string[] = [];
  prompts: readonly SlashPrompt[] = [];
  branch = '';
  windowTokens: number | undefined;
  showTodos = true;
  isExpanded = false;
  /** Full screen only for looking at everything: the way back is inline. */
  isLooking = false;
  isInterrupting = false;
  lastKeyAt = 0;
  #hint: string | undefined;
  #hintTimer: NodeJS.Timeout | undefined;
  #frameTimer: NodeJS.Timeout | undefined;
  #spinnerTimer: NodeJS.Timeout | undefined;
  #spinner = 0;
  #isArmed = true;
  #conversation: Conversation | undefined;
  isClosed = false;

  constructor(host: InteractiveHost, onInput: (input: readonly Input[]) => void) {
    const { world, settings, isColored } = host;
    this.host = host;
    this.screen = new Screen((text) => void host.stdout.write(text), sizeOf(host.stdout));
    this.terminal = new Terminal({ stdin: world.stdin, stdout: host.stdout, isTmux: isTmux(world) }, onInput);
    this.view = new RunView(this.transcript, isColored);
    this.history = new History(world.homes.state, host.cwd);
    this.completion = new Completion({ commands: () => this.#commandItems(), files: () => this.files });
    this.editor = new PromptEditor(this.history, this.completion);
    this.editor.isVim = settings.vim;
    this.bindings = createKeyBindings(settings.keys);
    this.theme = createTheme(settings.theme, isColored);
  }

  get conversation(): Conversation {
    if (this.#conversation === undefined) throw new Error('the conversation has not begun');
    return this.#conversation;
  }

  set conversation(conversation: Conversation) {
    this.#conversation = conversation;
  }

  show(block: Block): void {
    this.transcript.add(block);
    this.later();
  }

  /** A line in place of the status for a moment. */
  hint(text: string): void {
    this.#hint = text;
    clearTimeout(this.#hintTimer);
    this.#hintTimer = setTimeout(() => {
      this.#hint = undefined;
      this.later();
    }, hintMs);
    this.#hintTimer.unref();
    this.draw();
  }

  fail(thrown: unknown): void {
    const { message, advice } = describeFailure(thrown);
    this.show(
      linesBlock(({ theme }) => [
        `${theme.paint('bad', '✗')} ${plainLine(asSlashCommands(message))}`,
        theme.paint(
          'dim',
          `  ${plainLine(advice === commandLineAdvice ? '/help lists what there is.' : asSlashCommands(advice))}`,
        ),
      ]),
    );
  }

  setTheme(name: ThemeName): void {
    this.theme = createTheme(name, this.host.isColored);
    this.draw();
  }

  /**
   * Whether keys go to the question. One that comes up while a person is typing is not answered by what they type: only after
   * a pause.
   */
  isPanelArmed(): boolean {
    this.#isArmed ||= this.host.world.now() - this.lastKeyAt >= pauseMs;
    return this.#isArmed;
  }

  /** A question comes up behind those that are there. */
  pushPanel(panel: Panel, isAsked: boolean): void {
    if (this.panels.length === 0) this.#isArmed = isAsked || this.editor.isEmpty;
    this.panels.push(panel);
  }

  removePanel(panel: Panel): void {
    const at = this.panels.indexOf(panel);
    if (at >= 0) this.panels.splice(at, 1);
  }

  /** Draws soon, together with what else comes until then. */
  later(): void {
    if (this.#frameTimer !== undefined || this.isClosed) return;
    this.#frameTimer = setTimeout(() => this.draw(), frameMs);
  }

  draw(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
    if (this.isClosed) return;
    this.#spin();
    const drawing = this.drawing();
    const live = this.#live(drawing);
    if (this.screen.mode === 'full') {
      this.screen.show(fullFrame(this.transcript, live, drawing, this.screen.size, this.scroll));
      return;
    }
    this.screen.show(live, this.transcript.takeUnprinted({ ...drawing, isExpanded: false }));
  }

  drawing(): Drawing {
    const { columns } = this.screen.size;
    return { columns, theme: this.theme, lexer: this.view.lexer, isExpanded: this.isExpanded };
  }

  /** The terminal has another size. */
  resized(): void {
    this.screen.resize(sizeOf(this.host.stdout));
    this.draw();
  }

  /** Inline to full screen and back. */
  toggleFull(): void {
    this.isLooking = false;
    this.isExpanded = false;
    this.#switch(this.screen.mode === 'full' ? 'inline' : 'full');
  }

  /** Everything that was said and done with all of its output; inline, on a screen of its own. */
  toggleExpanded(): void {
    this.isExpanded = !this.isExpanded;
    if (this.isLooking || this.screen.mode === 'inline') {
      this.isLooking = this.isExpanded;
      this.#switch(this.isExpanded ? 'full' : 'inline');
    } else this.draw();
  }

  /** Nothing is drawn any more, no timer is left. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.#frameTimer);
    clearTimeout(this.#hintTimer);
    clearInterval(this.#spinnerTimer);
  }

  #switch(mode: 'inline' | 'full'): void {
    this.scroll.toEnd();
    this.screen.switchTo(mode);
    this.draw();
  }

  #live(drawing: Drawing): Frame {
    const { conversation, host } = this;
    const { startedAt } = conversation;
    const seconds = startedAt === 0 ? undefined : Math.max(0, Math.floor((host.world.now() - startedAt) / 1000));
    return liveFrame(
      {
        view: this.view,
        editor: this.editor,
        completion: this.completion,
        panel: this.panels[0],
        status: this.#status(drawing.columns),
        hint: this.#hint === undefined ? undefined : this.theme.paint('warn', this.#hint),
        queued: conversation.queued,
        workSeconds: seconds,
        spinner: this.#spinner,
        showTodos: this.showTodos,
        isInterrupting: this.isInterrupting,
      },
      drawing,
      this.screen.size,
    );
  }

  #status(columns: number): string {
    const { conversation, editor } = this;
    return statusLine(
      this.view.facts,
      {
        mode: conversation.mode,
        model: conversation.model ?? this.host.defaultModel,
        windowTokens: this.windowTokens,
        cwd: this.host.cwd,
        branch: this.branch,
        vimMode: editor.isVim ? editor.vim.mode : undefined,
        isFull: this.screen.mode === 'full',
      },
      this.theme,
      columns,
    );
  }

  /** The spinner turns while a run is at work, and only then. */
  #spin(): void {
    const isWorking = this.conversation.isRunning;
    if (!isWorking) {
      clearInterval(this.#spinnerTimer);
      this.#spinnerTimer = undefined;
      this.isInterrupting = false;
      return;
    }
    this.#spinnerTimer ??= setInterval(() => {
      this.#spinner += 1;
      this.later();
    }, spinnerMs);
  }

  #commandItems(): readonly { text: string; detail: string }[] {
    return [
      ...slashCommands.map(({ name, help }) => ({ text: `/${name}`, detail: help })),
      ...this.prompts.map(({ name, description }) => ({ text: `/${name}`, detail: description })),
    ];
  }
}

function sizeOf({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: Math.max(20, columns || 80), rows: Math.max(6, rows || 24) };
}
