// The format of edits follows what was measured of a model, slowly, and survives damaged files.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@monkey-coder/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addEditCount, chooseEditFormat, countEdits, readEditCounts, usedEditFormat } from './edit-formats.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-formats-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('begins with old and new strings and leaves them only for a measured reason', () => {
  expect(chooseEditFormat({})).toBe('old-new-string');
  expect(chooseEditFormat({ 'old-new-string': { applied: 0, refused: 1 } })).toBe('old-new-string');
  expect(chooseEditFormat({ 'old-new-string': { applied: 30, refused: 20 } })).toBe('apply-patch');
  const bothFail = { 'old-new-string': { applied: 30, refused: 20 }, 'apply-patch': { applied: 5, refused: 15 } };
  expect(chooseEditFormat(bothFail)).toBe('line-anchors');
  expect(chooseEditFormat({ ...bothFail, 'line-anchors': { applied: 0, refused: 40 } })).toBe('old-new-string');
  expect(chooseEditFormat({ 'apply-patch': { applied: 300, refused: 1 } })).toBe('apply-patch');
});

it('counts across runs, halves old counts, and takes a damaged file for none', () => {
  const path = join(folder, 'state', 'edit-formats.json');
  const add = (applied: number, refused: number) =>
    addEditCount(path, { model: 'a/b', format: 'old-new-string', count: { applied, refused }, now: 1 });
  add(0, 0);
  expect(readEditCounts(path, 'a/b')).toEqual({});
  add(3, 1);
  add(2, 0);
  expect(readEditCounts(path, 'a/b')).toEqual({ 'old-new-string': { applied: 5, refused: 1 } });
  add(400, 0);
  expect(readEditCounts(path, 'a/b')).toEqual({ 'old-new-string': { applied: 202.5, refused: 0.5 } });
  expect(readEditCounts(path, 'x/y')).toEqual({});
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20));
  expect(readEditCounts(path, 'a/b')).toEqual({});
});

it('reads format and outcome of edits from events', () => {
  const started = (name: string, args: object) =>
    ({ type: 'tool.started', name, arguments: JSON.stringify(args) }) as unknown as Event;
  const ended = (name: string, status: string) => ({ type: 'tool.ended', name, status }) as unknown as Event;
  expect(usedEditFormat([started('read', {})])).toBeUndefined();
  expect(usedEditFormat([started('edit', { path: 'a', changes: [] })])).toBe('line-anchors');
  expect(usedEditFormat([started('edit', { path: 'a', old_string: '' })])).toBe('old-new-string');
  expect(usedEditFormat([started('apply_patch', { patch: '' })])).toBe('apply-patch');
  expect(
    countEdits([ended('edit', 'ok'), ended('edit', 'failed'), ended('apply_patch', 'denied'), ended('bash', 'ok')]),
  ).toEqual({ applied: 1, refused: 1 });
});
