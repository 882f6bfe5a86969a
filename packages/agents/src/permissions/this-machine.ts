// Tells a request to a server on this machine, such as one that the same command has started, from one to the network.
import type { ShellCommand } from './shell-commands.ts';

/** Options of curl with a value that is no address. */
const valued =
  /^(?:-[a-zA-Z]*[HdowXuAbcFmT]|--(?:header|data(?:-\w+)?|json|output|write-out|request|user|user-agent|max-time|connect-timeout|retry(?:-delay|-max-time)?|form|cookie))$/;
const flag =
  /^(?:-[fgiIkLnNsSv]+|--(?:fail|silent|show-error|include|head|location|insecure|verbose|no-progress-meter|retry-connrefused|compressed))$/;
const loopback = /^(?:https?:\/\/)?(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?(?:[/?#].*)?$/i;

/** Whether a command is a curl whose every address is this machine's. What is not understood counts as an address of elsewhere. */
export function asksThisMachine({ name, words }: ShellCommand): boolean {
  if (name !== 'curl' || words.some((word) => !word.literal)) return false;
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
