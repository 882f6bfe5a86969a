// The keys of the editor that every terminal user has in the fingers (those of readline), applied to a text.
import { type Key, keyName } from './keys.ts';
import type { TextBuffer } from './text-buffer.ts';

type Action = (buffer: TextBuffer) => void;

const actions: Readonly<Record<string, Action>> = {
  left: (buffer) => buffer.moveTo(buffer.left()),
  right: (buffer) => buffer.moveTo(buffer.right()),
  'ctrl-b': (buffer) => buffer.moveTo(buffer.left()),
  'ctrl-f': (buffer) => buffer.moveTo(buffer.right()),
  'alt-b': (buffer) => buffer.moveTo(buffer.wordLeft()),
  'alt-f': (buffer) => buffer.moveTo(buffer.wordRight()),
  'ctrl-left': (buffer) => buffer.moveTo(buffer.wordLeft()),
  'ctrl-right': (buffer) => buffer.moveTo(buffer.wordRight()),
  'alt-left': (buffer) => buffer.moveTo(buffer.wordLeft()),
  'alt-right': (buffer) => buffer.moveTo(buffer.wordRight()),
  home: (buffer) => buffer.moveTo(buffer.lineStart()),
  end: (buffer) => buffer.moveTo(buffer.lineEnd()),
  'ctrl-a': (buffer) => buffer.moveTo(buffer.lineStart()),
  'ctrl-e': (buffer) => buffer.moveTo(buffer.lineEnd()),
  'ctrl-home': (buffer) => buffer.moveTo(0),
  'ctrl-end': (buffer) => buffer.moveTo(buffer.text.length),
  backspace: (buffer) => buffer.remove(buffer.left(), buffer.cursor),
  'shift-backspace': (buffer) => buffer.remove(buffer.left(), buffer.cursor),
  'ctrl-h': (buffer) => buffer.remove(buffer.left(), buffer.cursor),
  delete: (buffer) => buffer.remove(buffer.cursor, buffer.right()),
  'ctrl-w': (buffer) => buffer.cut(blankLeft(buffer), buffer.cursor),
  'alt-backspace': (buffer) => buffer.cut(buffer.wordLeft(), buffer.cursor),
  'ctrl-backspace': (buffer) => buffer.cut(buffer.wordLeft(), buffer.cursor),
  'alt-d': (buffer) => buffer.cut(buffer.cursor, buffer.wordRight()),
  'ctrl-delete': (buffer) => buffer.cut(buffer.cursor, buffer.wordRight()),
  'ctrl-u': (buffer) => buffer.cut(buffer.lineStart(), buffer.cursor),
  'ctrl-k': (buffer) => buffer.cut(buffer.cursor, buffer.lineEnd()),
  'ctrl-y': (buffer) => buffer.insert(buffer.yanked),
  'ctrl-_': (buffer) => buffer.undo(),
  'alt-u': (buffer) => buffer.undo(),
  'alt-r': (buffer) => buffer.redo(),
};

/** Applies a key; false when it means nothing here. */
export function applyEditKey(buffer: TextBuffer, key: Key): boolean {
  const action = actions[keyName(key)];
  if (action) {
    action(buffer);
    return true;
  }
  if (key.text === '' || key.ctrl || key.alt) return false;
  buffer.insert(key.text);
  return true;
}

/** To the blank before, as Ctrl-W has it. */
function blankLeft(buffer: TextBuffer): number {
  const before = buffer.text.slice(0, buffer.cursor);
  return before.replace(/\S*\s*$/, '').length;
}
