// What the validator of answers must not overlook.
import { describe, expect, it } from 'vitest';
import { schemaProblem } from './json-schema.ts';

describe('an answer held against a JSON Schema', () => {
  const refused: readonly [string, Readonly<Record<string, unknown>>, unknown][] = [
    ['a required name without description', { type: 'object', required: ['a'] }, { b: 1 }],
    ['an object without its type', { required: ['a'], properties: { a: { type: 'string' } } }, { b: 1 }],
    ['a wrong value in an object without its type', { properties: { a: { type: 'string' } } }, { a: 1 }],
    ['an array without its type', { items: { type: 'number' } }, ['a']],
    ['a nested one', { properties: { a: { items: { required: ['q'] } } } }, { a: [{}] }],
    ['one among several', { allOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }],
    ['a definition', { $ref: '#/$defs/x', $defs: { x: { required: ['a'] } } }, {}],
    ['a required name of a described rest', { required: ['a'], additionalProperties: { type: 'string' } }, { a: 1 }],
  ];
  it.each(refused)('refuses %s', (_, schema, value) => {
    expect(schemaProblem(value, schema)).toBeTypeOf('string');
  });

  const taken: readonly [string, Readonly<Record<string, unknown>>, unknown][] = [
    ['what is required and there', { required: ['a'] }, { a: 1, b: 2 }],
    ['a name like a word of schemas', { properties: { items: { type: 'number' }, required: {} } }, { items: 1 }],
    ['anything of an empty schema', {}, 3],
    ['what is optional', { type: 'object', properties: { a: { type: 'string' } } }, {}],
  ];
  it.each(taken)('takes %s', (_, schema, value) => {
    expect(schemaProblem(value, schema)).toBeUndefined();
  });
});
