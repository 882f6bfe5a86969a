// The first file that runs: answers --version and --help itself, refuses an old Node, else loads the bundle that is needed.
import { commandNamed } from './command-line/command-names.ts';
import { loadChunk } from './loader.ts';

const args = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `monkey needs Node 20.19 or newer; this is ${process.versions.node}. Get one from https://nodejs.org\n`,
  );
  process.exitCode = 52;
} else if (args.length === 1 && (args[0] === '--version' || args[0] === '-V' || args[0] === '-v')) {
  process.stdout.write(`monkey ${PRODUCT_VERSION}\n`);
} else if (args.length === 1 && (args[0] === '--help' || args[0] === '-h' || args[0] === 'help')) {
  // A file of its own, made by the build: the help of all commands is four times as long as all else here.
  const { mainHelp } = require('./help.cjs') as typeof import('./command-line/help.ts');
  process.stdout.write(mainHelp(PRODUCT_VERSION));
} else {
  const command = commandNamed(args[0]);
  loadChunk(command && command.isRun !== true ? 'commands' : 'run', BUILD_ID);
}
