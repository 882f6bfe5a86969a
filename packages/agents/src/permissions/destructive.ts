// The guard: commands that destroy what no snapshot of the workspace brings back, or act outside it.
import { destructiveGit, readGit } from './git-commands.ts';
import { type Boundary, foldersOf, mayPointOutside, relativePath, writeTargets } from './paths.ts';
import { isReadOnly } from './read-only.ts';
import type { ShellCommand, ShellReading } from './shell-commands.ts';
import type { ShellWord } from './shell-syntax.ts';

/** Something that must not happen without an explicit word. */
export interface Danger {
  /** Words a rule must name to lift the guard, `git reset` for example; empty when no rule can. */
  readonly lead: string;
  readonly reason: string;
  /** The command as text. */
  readonly command: string;
}

interface Place {
  readonly folders: readonly string[];
  readonly boundary: Boundary;
}

type Judge = (args: readonly string[], command: ShellCommand, place: Place) => string | undefined;

const destroysAlways = new Map<string, string>(
  Object.entries({
    dd: 'writes raw blocks',
    shred: 'overwrites files for good',
    wipefs: 'erases a file system',
    fdisk: 'changes partitions',
    parted: 'changes partitions',
    mkswap: 'erases a device',
    shutdown: 'stops the machine',
    reboot: 'stops the machine',
    halt: 'stops the machine',
    poweroff: 'stops the machine',
    init: 'stops the machine',
    killall: 'ends processes by name',
    pkill: 'ends processes by name',
    crontab: 'changes scheduled jobs',
    userdel: 'removes a user',
    truncate: 'cuts files',
  }),
);

const databaseClients =
  /^(psql|mysql|mariadb|sqlite3|sqlcmd|mongosh?|cockroach|clickhouse-client|duckdb|redis-cli|bq|snowsql)$/;
const databaseLoss =
  /\b(drop\s+(table|database|schema|index|view|collection|keyspace)|truncate(\s+table)?\s|delete\s+from\s+\S+\s*(;|$)|dropDatabase|flushall|flushdb)/i;

const firstWord =
  (pattern: RegExp, reason: string): Judge =>
  (args) =>
    args.some((arg) => pattern.test(arg)) ? reason : undefined;

const judges = new Map<string, Judge>([
  ['git', (args) => destructiveGit(args)],
  ['rm', judgeRemove],
  ['unlink', judgeRemove],
  ['rmdir', judgeOutside('removes a folder outside of the workspace')],
  ['mv', judgeOutside('moves files outside of the workspace')],
  ['cp', judgeLastOutside('writes outside of the workspace')],
  ['tee', judgeOutside('writes outside of the workspace')],
  ['ln', judgeLastOutside('writes outside of the workspace')],
  ['install', judgeLastOutside('writes outside of the workspace')],
  ['find', firstWord(/^-delete$/, 'deletes many files')],
  ['chmod', firstWord(/^(-[a-zA-Z]*R[a-zA-Z]*|--rec.*)$/, 'changes permissions of a whole tree')],
  ['chown', firstWord(/^(-[a-zA-Z]*R[a-zA-Z]*|--rec.*)$/, 'changes owners of a whole tree')],
  ['rsync', firstWord(/^(--del.*|--remove-source-files)$/, 'deletes files at the target')],
  ['kill', firstWord(/^-1$/, 'ends every process')],
  ['terraform', firstWord(/^(destroy|apply|-destroy|taint)$/, 'changes real infrastructure')],
  ['tofu', firstWord(/^(destroy|apply|-destroy|taint)$/, 'changes real infrastructure')],
  ['pulumi', firstWord(/^(destroy|up)$/, 'changes real infrastructure')],
  ['kubectl', firstWord(/^(delete|drain|replace)$/, 'removes cluster resources')],
  ['helm', firstWord(/^(uninstall|delete|rollback)$/, 'removes cluster resources')],
  ['docker', judgeDocker],
  ['podman', judgeDocker],
  ['aws', firstWord(/^(delete-.*|terminate-.*|rm|rb)$/, 'removes cloud resources')],
  ['gcloud', firstWord(/^delete$/, 'removes cloud resources')],
  ['az', firstWord(/^delete$/, 'removes cloud resources')],
  ['gh', (args) => (args.includes('delete') ? 'deletes something on GitHub' : undefined)],
  ['npm', firstWord(/^(publish|unpublish|deprecate)$/, 'publishes to a registry')],
  ['pnpm', firstWord(/^(publish|unpublish)$/, 'publishes to a registry')],
  ['yarn', firstWord(/^publish$/, 'publishes to a registry')],
  ['cargo', firstWord(/^(publish|yank)$/, 'publishes to a registry')],
  ['twine', firstWord(/^upload$/, 'publishes to a registry')],
  ['dropdb', () => 'deletes a database'],
  ['systemctl', firstWord(/^(stop|disable|mask|poweroff|reboot)$/, 'stops services')],
]);

/** Everything dangerous in a command line. */
export function findDangers(reading: ShellReading, boundary: Boundary): Danger[] {
  const folders = foldersOf(reading, boundary);
  const dangers = reading.commands.flatMap((command) => {
    const place = { folders: folders.get(command.segment) ?? [boundary.root], boundary };
    const reason = judge(command, place);
    return reason === undefined ? [] : [{ lead: leadOf(command), reason, command: commandText(command) }];
  });
  return [...dangers, ...downloadedPrograms(reading), ...foreignWrites(reading, boundary, folders)];
}

/** A command as text: words joined by single spaces. */
export function commandText(command: ShellCommand): string {
  return command.words.map((word) => word.text).join(' ');
}

function leadOf(command: ShellCommand): string {
  if (command.name !== 'git') return command.name;
  return `git ${readGit(command.words.slice(1).map((word) => word.text)).verb}`;
}

function judge(command: ShellCommand, place: Place): string | undefined {
  if (isReadOnly(command)) return undefined;
  const args = command.words.slice(1).map((word) => word.text);
  if (command.name.startsWith('mkfs')) return 'erases a file system';
  const reason = destroysAlways.get(command.name) ?? judges.get(command.name)?.(args, command, place);
  if (reason !== undefined) return reason;
  if (databaseClients.test(command.name) && databaseLoss.test(`${args.join(' ')}\n${command.segment.input ?? ''}`)) {
    return 'deletes data';
  }
  return command.name === 'git' ? undefined : touchesProtected(command, place);
}

function touchesProtected(command: ShellCommand, { boundary }: Place): string | undefined {
  const paths = command.words.slice(1).map((word) => relativePath(word.text, boundary));
  return paths.some((path) => /(^|\/)\.git(\/|$)/.test(path)) ? 'works inside the .git folder' : undefined;
}

function isOption(word: ShellWord): boolean {
  return word.text.startsWith('-') && word.text !== '-';
}

function judgeRemove(args: readonly string[], command: ShellCommand, place: Place): string | undefined {
  if (args.some((arg) => /^(-[a-zA-Z]*[rR][a-zA-Z]*|--r.*|--d.*|-d)$/.test(arg))) return 'deletes whole folders';
  const targets = command.words.slice(1).filter((word) => !isOption(word));
  if (command.openEnded || targets.some((word) => !word.literal))
    return 'deletes files that cannot be named beforehand';
  if (targets.some((word) => word.glob)) return 'deletes files by pattern';
  if (targets.some((word) => mayPointOutside(word, place.folders, place.boundary))) {
    return 'deletes files outside of the workspace';
  }
  return touchesProtected(command, place);
}

function judgeOutside(reason: string): Judge {
  return (_args, command, place) =>
    command.words.slice(1).some((word) => !isOption(word) && isForeignWrite(word, place))
      ? reason
      : touchesProtected(command, place);
}

function judgeLastOutside(reason: string): Judge {
  return (_args, command, place) => {
    const last = command.words.at(-1);
    return last !== undefined && command.words.length > 1 && isForeignWrite(last, place)
      ? reason
      : touchesProtected(command, place);
  };
}

function judgeDocker(args: readonly string[]): string | undefined {
  const removes = args.some((arg) => /^(prune|rm|rmi|kill|down)$/.test(arg));
  if (args.includes('--privileged')) return 'starts a privileged container';
  return removes ? 'removes containers, images or volumes' : undefined;
}

/** Outside of the workspace; the temporary folder is nobody's. */
function isForeignWrite(word: ShellWord, place: Place): boolean {
  if (/^\/tmp\/[^.]/.test(word.text) && !word.text.includes('..') && word.literal) return false;
  return mayPointOutside(word, place.folders, place.boundary);
}

function foreignWrites(
  reading: ShellReading,
  boundary: Boundary,
  folders: ReadonlyMap<unknown, readonly string[]>,
): Danger[] {
  return reading.segments.flatMap((segment) =>
    writeTargets(segment).flatMap((target) => {
      const place = { folders: folders.get(segment) ?? [boundary.root], boundary };
      const isGit = /(^|\/)\.git(\/|$)/.test(relativePath(target.text, boundary));
      if (!isGit && !isForeignWrite(target, place)) return [];
      const reason = isGit ? 'writes into the .git folder' : 'writes outside of the workspace';
      return [{ lead: '', reason, command: `> ${target.text}` }];
    }),
  );
}

/** A download and an interpreter in one line: what is run cannot be seen. */
function downloadedPrograms(reading: ShellReading): Danger[] {
  const download = reading.commands.find((command) => /^(curl|wget|fetch|http|aria2c)$/.test(command.name));
  const runner = reading.commands.find(
    (command) =>
      /^(ba|z|da|k|a)?sh$/.test(command.name) ||
      /^(source|\.|eval)$/.test(command.name) ||
      (/^(python[0-9.]*|node|perl|ruby|php)$/.test(command.name) && isStandardInput(command)),
  );
  const hidden = reading.problems.some((text) => text.includes('computed') || text.includes('from elsewhere'));
  if (download === undefined || (runner === undefined && !hidden)) return [];
  return [{ lead: '', reason: 'runs a program straight from the network', command: commandText(download) }];
}

function isStandardInput(command: ShellCommand): boolean {
  const args = command.words.slice(1).map((word) => word.text);
  return command.segment.joinedBy === '|' && (args.length === 0 || args[0] === '-');
}
