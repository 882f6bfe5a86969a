// Copies of a workflow, cut off after each record: going on comes to the same files, and nothing is merged twice or over somebody's change.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, EventBody, StepResult } from '@monkey-coder/protocol';
import { createWorkspace } from '@monkey-coder/workspace';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJsonlSessionStore } from '../sessions/jsonl-session-store.ts';
import { createJournal, type Journal } from '../workflows/journal.ts';
import type { WorkCrew } from '../workflows/work-crew.ts';
import { type CopyMeans, openCopies } from './workflow-copies.ts';

function stage() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-copies-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cwd = join(folder, 'work');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'a.txt'), '1\n2\n3\n4\n5\n');
  writeFileSync(join(cwd, 'b.txt'), 'b\n');
  let ids = 0;
  const store = createJsonlSessionStore({
    folder: join(folder, 'sessions'),
    productVersion: '1',
    now: () => 1,
    newSessionId: () => `ses_${++ids}`,
  });
  const session = store.create({ cwd });
  session.close();
  /** A process: it dies after so many records. */
  const open = (diesAfter: number): { readonly journal: Journal; readonly close: () => void } => {
    const writer = store.open(session.id);
    let left = diesAfter;
    const append = (body: EventBody): Event => {
      const event = writer.append(body);
      if (--left === 0) throw new Error('killed');
      return event;
    };
    const journal = createJournal({ ...writer, id: session.id, append }, store.read(session.id), () => undefined);
    return { journal, close: () => writer.close() };
  };
  const means = (journal: Journal): CopyMeans => ({
    journal,
    cwd,
    makeFolder(name) {
      const made = join(folder, 'copies', name);
      rmSync(made, { recursive: true, force: true });
      mkdirSync(made, { recursive: true });
      return made;
    },
    newChangeId: () => `run_${++ids}`,
    async withCheckout(work) {
      const workspace = await createWorkspace({
        root: cwd,
        addedFolders: [],
        stateFolder: join(folder, 'state'),
        protectedFolders: [],
        environment: { PATH: process.env['PATH'] ?? '' },
        now: () => 1,
        newId: (prefix) => `${prefix}_${++ids}`,
      });
      try {
        return await work(workspace);
      } finally {
        await workspace.close();
      }
    },
    crew: nobody,
    crewIn: () => nobody,
  });
  const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');
  const types = (): string[] =>
    store
      .read(session.id)
      .map(({ type }) => type)
      .filter((type) => type.startsWith('copies.'));
  return { folder, cwd, open, means, read, types };
}

/** Nobody is asked where nothing conflicts. */
const nobody = {
  past: () => [],
  ask: () => Promise.reject(new Error('nobody may be asked')),
} as unknown as WorkCrew;

/** What the branches do: left changes the beginning of a.txt and b.txt, right its end. */
async function work({ journal }: { readonly journal: Journal }, means: CopyMeans): Promise<StepResult> {
  const copies = await openCopies(means, 'wide', ['left', 'right']);
  if (journal.of('copies.gathered', 'wide') === undefined) {
    writeFileSync(join(copies.folderOf('left'), 'a.txt'), 'ONE\n2\n3\n4\n5\n');
    writeFileSync(join(copies.folderOf('left'), 'b.txt'), 'B\n');
    writeFileSync(join(copies.folderOf('right'), 'a.txt'), '1\n2\n3\n4\nFIVE\n');
  }
  const branches = [
    { branch: 'left', changes: ['a.txt', 'b.txt'] },
    { branch: 'right', changes: ['a.txt'] },
  ];
  return copies.join(branches, { kind: 'fail' });
}

const wholeLife = ['copies.made', 'copies.gathered', 'copies.joined', 'copies.applied'];

describe('copies', () => {
  it.each([1, 2, 3, 4])(
    'that were cut off after record %d come to the same files, each record once',
    async (diesAfter) => {
      const here = stage();
      const first = here.open(diesAfter);
      await expect(work(first, here.means(first.journal))).rejects.toThrow('killed');
      first.close();
      // What was written before the crash came is as it will be: half of a merge.
      if (diesAfter === 3) writeFileSync(join(here.cwd, 'b.txt'), 'B\n');
      const second = here.open(Number.POSITIVE_INFINITY);
      const result = await work(second, here.means(second.journal));
      second.close();
      expect(result).toMatchObject({ status: 'ok', changes: ['a.txt', 'b.txt'] });
      expect([here.read('a.txt'), here.read('b.txt')]).toEqual(['ONE\n2\n3\n4\nFIVE\n', 'B\n']);
      expect(here.types()).toEqual(wholeLife);
      expect(readdirSync(join(here.folder, 'copies'))).toEqual([]);
    },
  );

  it('fail where one makes a file and the other a folder of the same name, and both stay', async () => {
    const here = stage();
    const only = here.open(Number.POSITIVE_INFINITY);
    const copies = await openCopies(here.means(only.journal), 'wide', ['left', 'right']);
    writeFileSync(join(copies.folderOf('left'), 'docs'), 'text\n');
    mkdirSync(join(copies.folderOf('right'), 'docs'));
    writeFileSync(join(copies.folderOf('right'), 'docs', 'x.md'), 'x\n');
    const branches = [
      { branch: 'left', changes: ['docs'] },
      { branch: 'right', changes: ['docs/x.md'] },
    ];
    const result = await copies.join(branches, { kind: 'fail' });
    only.close();
    expect(result).toMatchObject({ status: 'failed' });
    expect(result.reason).toContain('docs/x.md');
    expect(readdirSync(join(here.folder, 'copies'))).toHaveLength(2);
    expect(existsSync(join(here.cwd, 'docs'))).toBe(false);
  });

  it('write nothing where somebody changed a file after it was decided, and go on when it is put back', async () => {
    const here = stage();
    const first = here.open(3);
    await expect(work(first, here.means(first.journal))).rejects.toThrow('killed');
    first.close();
    writeFileSync(join(here.cwd, 'a.txt'), 'mine\n');
    const second = here.open(Number.POSITIVE_INFINITY);
    await expect(work(second, here.means(second.journal))).rejects.toThrow(
      /a\.txt changed while .* nothing was written/,
    );
    second.close();
    expect([here.read('a.txt'), here.read('b.txt')]).toEqual(['mine\n', 'b\n']);
    writeFileSync(join(here.cwd, 'a.txt'), '1\n2\n3\n4\n5\n');
    const third = here.open(Number.POSITIVE_INFINITY);
    expect(await work(third, here.means(third.journal))).toMatchObject({ status: 'ok' });
    third.close();
    expect(here.read('a.txt')).toBe('ONE\n2\n3\n4\nFIVE\n');
  });
});
