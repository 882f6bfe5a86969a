// Asks whether a call may be done: what exactly is granted, the change it would make, and the rule that "session" would add.
import type { GateAnswer, GateQuestion } from '@monkey-coder/agents';
import { drawDiff } from '../screen/diff-view.ts';
import { applyEditKey } from '../screen/edit-keys.ts';
import type { Frame } from '../screen/frame.ts';
import type { Key } from '../screen/keys.ts';
import { plainLine } from '../screen/plain-text.ts';
import { TextBuffer } from '../screen/text-buffer.ts';
import type { Role, Theme } from '../screen/theme.ts';
import { truncate, widthOf, wrap } from '../screen/width.ts';
import type { Panel } from './panel.ts';

/** What is asked, and what is known of it. */
export interface PermissionAsk {
  readonly question: GateQuestion;
  /** Unified diff of the change; empty where there is none. */
  readonly diff: string;
  /** How many more questions wait. */
  readonly waiting: () => number;
  readonly onAnswer: (answer: GateAnswer) => void;
}

type Option = 'once' | 'session' | 'no';

/** The question as a panel. */
export class PermissionPanel implements Panel {
  readonly #ask: PermissionAsk;
  readonly #options: readonly Option[];
  #selected = 0;
  /** Rows of the change that are scrolled over. */
  #offset = 0;
  readonly #message = new TextBuffer();
  #isWriting = false;

  constructor(ask: PermissionAsk) {
    this.#ask = ask;
    this.#options = ask.question.alwaysRule === undefined ? ['once', 'no'] : ['once', 'session', 'no'];
  }

  onKey(key: Key): void {
    if (this.#isWriting) {
      this.#write(key);
      return;
    }
    if (key.ctrl) return;
    switch (key.name) {
      case 'up':
        this.#selected = (this.#selected + this.#options.length - 1) % this.#options.length;
        return;
      case 'down':
        this.#selected = (this.#selected + 1) % this.#options.length;
        return;
      case 'pageup':
        this.#offset = Math.max(0, this.#offset - 8);
        return;
      case 'pagedown':
        this.#offset += 8;
        return;
      case 'enter':
        this.#choose(this.#options[this.#selected] ?? 'no');
        return;
      case 'escape':
        this.#ask.onAnswer({ kind: 'denied' });
        return;
      default:
        this.#letter(key.name);
        return;
    }
  }

  onPaste(text: string): void {
    if (this.#isWriting) this.#message.insert(text.replaceAll('\n', ' '));
  }

  draw(columns: number, height: number, theme: Theme): Frame {
    const { question } = this.#ask;
    const more = this.#ask.waiting();
    const head = `${theme.paint('warn', '?')} ${theme.paint('strong', `allow ${plainLine(question.tool)}?`)} ${theme.paint('dim', plainLine(question.reason))}`;
    const top = [
      ...wrap(head, columns),
      ...question.grants.flatMap((grant) => wrap(plainLine(grant), columns - 4).map((row) => `    ${row}`)),
    ];
    const bottom = this.#isWriting ? this.#messageRows(columns, theme) : this.#optionRows(columns, theme, more);
    const room = height - top.length - bottom.length;
    const rows = [...top, ...this.#changeRows(columns, room - 1, theme), '', ...bottom];
    if (!this.#isWriting) return { rows };
    const column = Math.min(columns - 1, 4 + widthOf(this.#message.text.slice(0, this.#message.cursor)));
    return { rows, cursor: { row: rows.length - 2, column } };
  }

  #letter(name: string): void {
    const byNumber = this.#options[Number(name) - 1];
    if (byNumber !== undefined) this.#choose(byNumber);
    else if (name === 'y') this.#choose('once');
    else if ((name === 'a' || name === 's') && this.#options.includes('session')) this.#choose('session');
    else if (name === 'n') this.#choose('no');
  }

  #choose(option: Option): void {
    if (option === 'no') this.#isWriting = true;
    else this.#ask.onAnswer({ kind: 'answered', scope: option });
  }

  #write(key: Key): void {
    if (key.name === 'escape') this.#isWriting = false;
    else if (key.name === 'enter') {
      const message = this.#message.text.trim();
      this.#ask.onAnswer(message === '' ? { kind: 'denied' } : { kind: 'denied', message });
    } else applyEditKey(this.#message, key);
  }

  #changeRows(columns: number, room: number, theme: Theme): string[] {
    if (this.#ask.diff === '' || room < 3) return [];
    const all = drawDiff(this.#ask.diff, { columns: columns - 4, theme });
    const height = Math.min(all.length, room - 1);
    this.#offset = Math.max(0, Math.min(this.#offset, all.length - height));
    const shown = all.slice(this.#offset, this.#offset + height).map((row) => `    ${row}`);
    const hidden = all.length - height;
    return hidden > 0 ? [...shown, theme.paint('dim', `    ${hidden} more rows: PageUp, PageDown`)] : shown;
  }

  #optionRows(columns: number, theme: Theme, more: number): string[] {
    const rows = this.#options.map((option, index) => {
      const isSelected = index === this.#selected;
      const [role, text] = this.#describe(option);
      const shown = `${index + 1} ${text}`;
      return truncate(
        `${isSelected ? theme.paint('accent', '❯') : ' '} ${isSelected ? theme.paint(role, shown) : shown}`,
        columns,
      );
    });
    return more > 0
      ? [...rows, theme.paint('dim', `  ${more} more question${more === 1 ? '' : 's'} behind this one`)]
      : rows;
  }

  #describe(option: Option): readonly [Role, string] {
    switch (option) {
      case 'once':
        return ['selected', 'yes, this once (y)'];
      case 'session':
        return ['selected', `yes, for this session (a): ${plainLine(this.#ask.question.alwaysRule ?? '')}`];
      case 'no':
        return ['selected', 'no (n), and say what to do instead · Esc: just no'];
    }
  }

  #messageRows(columns: number, theme: Theme): string[] {
    return [
      truncate(`  ${theme.paint('accent', '›')} ${this.#message.text}`, columns),
      truncate(theme.paint('dim', '    what to do instead (may be empty) · Enter says no · Esc goes back'), columns),
    ];
  }
}
