// What became of the declared dependencies between two states of a project.
import type { Dependency } from '@monkey-coder/workspace';

/** A dependency whose declaration or locked version differs. */
export interface DependencyChange {
  readonly name: string;
  readonly folder: string;
  /** As declared and as locked; null where it was not there. */
  readonly before: Pick<Dependency, 'declared' | 'locked'> | null;
  readonly after: Pick<Dependency, 'declared' | 'locked'> | null;
}

/** The differences, in the order of the names. Pure. */
export function dependencyChanges(before: readonly Dependency[], after: readonly Dependency[]): DependencyChange[] {
  const keyed = (list: readonly Dependency[]) =>
    new Map(list.map((one) => [`${one.ecosystem} ${one.folder} ${one.name}`, one]));
  const [old, now] = [keyed(before), keyed(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    const one = is ?? was;
    if (one === undefined || (was?.declared === is?.declared && was?.locked === is?.locked)) return [];
    return [{ name: one.name, folder: one.folder, before: partsOf(was), after: partsOf(is) }];
  });
}

function partsOf(one: Dependency | undefined): DependencyChange['after'] {
  return one === undefined ? null : { declared: one.declared, locked: one.locked };
}

/** Whether a version is the one that was asked for: `5` and `5.1` stand for all that begin so; ranges are read by their number. */
export function isVersion(wanted: string, given: string | null): boolean {
  const number = (text: string): string =>
    text
      .trim()
      .replace(/^[\^~=v<>!\s]+/, '')
      .replace(/(?:\.[x*])+$/, '');
  const [want, have] = [number(wanted), number(given ?? '')];
  return have === want || have.startsWith(`${want}.`) || have.startsWith(`${want}-`);
}
