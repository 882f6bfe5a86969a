// Gives a command a terminal through the system's own `script`, because the product ships nothing native.

/** Columns and rows a command's terminal has. */
export const terminalSize = { columns: 120, rows: 40 } as const;

/** The line that runs `shell -c text` in a terminal with `script` (util-linux, or BSD on macOS). */
export function terminalLine(
  script: string,
  shell: readonly string[],
  { text, platform }: { readonly text: string; readonly platform: NodeJS.Platform },
): string[] {
  const sized = `stty cols ${terminalSize.columns} rows ${terminalSize.rows} 2>/dev/null; ${text}`;
  if (platform === 'darwin' || platform === 'freebsd') return [script, '-q', '/dev/null', ...shell, sized];
  // util-linux gives its text to `$SHELL -c`; quoting makes it one command of the shell we chose.
  const inner = [...shell, sized].map(quoted).join(' ');
  return [script, '-q', '-e', '-f', '-c', `exec ${inner}`, '/dev/null'];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A function that takes the chunks in order and gives line ends as one line feed each; a cut one waits for its rest. */
export function createReturnStripper(): (chunk: string) => string {
  let pending = '';
  return (chunk) => {
    const text = pending + chunk;
    const end = /\r+$/.exec(text)?.index ?? text.length;
    pending = text.slice(end);
    return text.slice(0, end).replace(/\r+\n/g, '\n');
  };
}
