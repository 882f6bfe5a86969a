// Tells a request to a server on this machine, such as one that the same command has started, from one to the network.
import type { ShellCommand, ShellReading } from './shell-commands.ts';

/** Options of curl whose value is the next word, and no address. A letter with a value takes the rest of its word: before one only flags stand. */
const valued =
  /^(?:-[fgiIknNsSv]*[HdowXuAbcFmT]|--(?:header|data(?:-\w+)?|json|output|write-out|request|user|user-agent|max-time|connect-timeout|retry(?:-delay|-max-time)?|form|cookie))$/;
/** None that follows where a server sends it to: that may be anywhere. */
const flag =
  /^(?:-[fgiIknNsSv]+|-[fgiIknNsSv]*X[A-Z]+|--(?:fail|silent|show-error|include|head|insecure|verbose|no-progress-meter|retry-connrefused|compressed))$/;
const loopback = /^(?:https?:\/\/)?(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?(?:[/?#].*)?$/i;

const steering = /^(?:\w*_proxy|(?:curl_|xdg_config_)?home)(?:=|$)/i;

/** Whether a line sets for what comes after it whom curl asks. */
export function steersRequests({ segments }: Pick<ShellReading, 'segments'>): boolean {
  return segments.some(
    ({ words, assignments }) =>
      (words.length === 0 && assignments.some(({ name }) => steering.test(name))) ||
      (/^(?:export|declare|typeset|readonly|local)$/.test(words[0]?.text ?? '') &&
        words.some(({ text, literal }) => !literal || steering.test(text))) ||
      /^(?:source|\.)$/.test(words[0]?.text ?? ''),
  );
}

/** Whether a command is a curl whose every address is this machine's. What is not understood counts as an address of elsewhere. */
export function asksThisMachine({ name, words, assignments }: ShellCommand): boolean {
  // `http_proxy=… curl` and `HOME=… curl`, which reads the settings there, ask whom they like.
  if (name !== 'curl' || assignments.length > 0 || words.some((word) => !word.literal)) return false;
  let addresses = 0;
  for (let index = 1; index < words.length; index += 1) {
    const text = words[index]?.text ?? '';
    if (valued.test(text)) index += 1;
    else if (flag.test(text)) continue;
    else if (loopback.test(text)) addresses += 1;
    else return false;
  }
  return addresses > 0;
}
