// Tells a person who looks elsewhere that they are needed: a bell, and a notification where the terminal shows such.
import { plainLine } from '../screen/plain-text.ts';

/** `auto`: bell and notification; `bell`: only that; `off`: nothing. */
export type NotificationSetting = 'auto' | 'bell' | 'off';

/**
 * Bytes that notify: BEL, OSC 9 (iTerm2, Windows Terminal, WezTerm, Ghostty, kitty) and OSC 777 (rxvt, foot, VTE). Inside of tmux only
 * the bell: it keeps the others to itself.
 */
export function notification(text: string, setting: NotificationSetting, isTmux: boolean): string {
  if (setting === 'off') return '';
  if (setting === 'bell' || isTmux) return '\u0007';
  const safe = plainLine(text).replaceAll(';', ',');
  return `\u001b]9;${safe}\u0007\u001b]777;notify;monkey;${safe}\u0007\u0007`;
}
