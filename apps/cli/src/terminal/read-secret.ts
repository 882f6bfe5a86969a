// Reads a secret: from standard input when it is no terminal, else typed without an echo.
const interrupt = '\u0003';
const endOfInput = '\u0004';
const erase = ['\u007f', '\b'];

/** Where a secret is read from, and where it is asked for. */
export interface SecretSource {
  readonly stdin: NodeJS.ReadStream;
  readonly inIsTerminal: boolean;
  readonly err: (text: string) => void;
}

/** The secret as typed or piped, without line end; empty when there was none. Ctrl-C gives an empty one. */
export async function readSecret(source: SecretSource, prompt: string): Promise<string> {
  if (!source.inIsTerminal) return readPiped(source.stdin);
  source.err(prompt);
  source.stdin.setRawMode(true);
  try {
    return await readTyped(source.stdin);
  } finally {
    source.stdin.setRawMode(false);
    source.stdin.pause();
    source.err('\n');
  }
}

async function readPiped(stdin: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').split('\n')[0]?.trim() ?? '';
}

function readTyped(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve) => {
    let typed: Typed = { text: '', isOver: false };
    const onData = (chunk: Buffer): void => {
      for (const character of chunk.toString('utf8')) if (!typed.isOver) typed = type(typed.text, character);
      if (!typed.isOver) return;
      stdin.off('data', onData);
      resolve(typed.text);
    };
    stdin.on('data', onData);
    stdin.resume();
  });
}

interface Typed {
  readonly text: string;
  readonly isOver: boolean;
}

/** What one more key makes of the text. */
function type(text: string, key: string): Typed {
  if (key === interrupt) return { text: '', isOver: true };
  if (key === '\r' || key === '\n' || key === endOfInput) return { text, isOver: true };
  return { text: erase.includes(key) ? text.slice(0, -1) : text + key, isOver: false };
}
