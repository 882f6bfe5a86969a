// Event framing against every way hosts frame and networks cut.
import { describe, expect, it } from 'vitest';
import { createSseReader } from './sse.ts';

function read(text: string, size: number): [string, string][] {
  const events: [string, string][] = [];
  const reader = createSseReader((name, data) => events.push([name, data]));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.finish();
  return events;
}

const cases: [what: string, text: string, events: [string, string][]][] = [
  [
    'line feeds',
    'event: a\ndata: 1\n\ndata: 2\n\n',
    [
      ['a', '1'],
      ['', '2'],
    ],
  ],
  [
    'carriage returns and line feeds',
    'event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n',
    [
      ['a', '1'],
      ['', '2'],
    ],
  ],
  [
    'carriage returns',
    'data: 1\r\rdata: 2\r\r',
    [
      ['', '1'],
      ['', '2'],
    ],
  ],
  ['comments and unknown fields', ': ping\n\nid: 3\nretry: 5\ndata: 1\n\n: bye\n', [['', '1']]],
  [
    'no blank after the colon',
    'data:1\n\ndata:  2\n\n',
    [
      ['', '1'],
      ['', ' 2'],
    ],
  ],
  ['several data lines', 'data: 1\ndata: 2\n\n', [['', '1\n2']]],
  [
    'a missing blank line at the end',
    'data: 1\n\ndata: 2',
    [
      ['', '1'],
      ['', '2'],
    ],
  ],
  ['characters of several bytes', 'data: 🐒 wörld 汉\n\n', [['', '🐒 wörld 汉']]],
  ['a byte order mark', '\ufeffdata: 1\n\n', [['', '1']]],
  ['many blank lines', '\n\n\ndata: 1\n\n\n\n', [['', '1']]],
];

describe('createSseReader', () => {
  for (const [what, text, events] of cases) {
    it.each([1, 2, 3, 5, 1000])(`takes ${what} in pieces of %i bytes`, (size) => {
      expect(read(text, size)).toEqual(events);
    });
  }
});
