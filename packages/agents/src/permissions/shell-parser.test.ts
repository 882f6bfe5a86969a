// Tests of the shell parser: what it must split, what it must refuse to understand, and random quoting.
import { describe, expect, it } from 'vitest';
import { readShell } from './shell-commands.ts';
import { parseShell } from './shell-parser.ts';

const split = (source: string) =>
  parseShell(source).segments.map((segment) => [segment.joinedBy, ...segment.words.map((word) => word.text)]);
const run = (source: string) =>
  readShell(source).commands.map((command) =>
    [...command.privileges, ...command.words.map((word) => word.text)].join(' '),
  );

describe('parseShell', () => {
  it.each([
    ['npm test', [['first', 'npm', 'test']]],
    [
      'a && b || c; d | e & f',
      [
        ['first', 'a'],
        ['&&', 'b'],
        ['||', 'c'],
        [';', 'd'],
        ['|', 'e'],
        ['&', 'f'],
      ],
    ],
    [
      'a\nb',
      [
        ['first', 'a'],
        [';', 'b'],
      ],
    ],
    ['echo \'a && b\' "c; d" e\\ f', [['first', 'echo', 'a && b', 'c; d', 'e f']]],
    ['a # b; c', [['first', 'a']]],
    ['a \\\n  b', [['first', 'a', 'b']]],
    [
      '(a; b) && { c; }',
      [
        ['first', 'a'],
        [';', 'b'],
        ['&&', 'c'],
      ],
    ],
    [
      'if a; then b; else c; fi',
      [
        ['first', 'a'],
        [';', 'b'],
        [';', 'c'],
      ],
    ],
    [
      'a |& b',
      [
        ['first', 'a'],
        ['|', 'b'],
      ],
    ],
    ['! a', [['first', 'a']]],
  ])('splits %j', (source, expected) => {
    expect(parseShell(source).problems).toEqual([]);
    expect(split(source)).toEqual(expected);
  });

  it('finds commands in substitutions', () => {
    expect(run('echo $(git log `rm x`) "$(curl y)" <(wget z)')).toEqual(
      expect.arrayContaining(['rm x', 'curl y', 'wget z']),
    );
  });

  it('keeps redirects, assignments and here-documents', () => {
    const { segments, problems } = parseShell("A=1 cat <<'EOF' >out.txt 2>&1 | sort\nrm -rf /\nEOF\nls");
    expect(problems).toEqual([]);
    expect(segments[0]).toMatchObject({
      assignments: [{ name: 'A' }],
      input: 'rm -rf /\n',
      redirects: [{ operator: '<<' }, { operator: '>', target: { text: 'out.txt' } }, { operator: '>&' }],
    });
    expect(segments.map((segment) => segment.words[0]?.text)).toEqual(['cat', 'sort', 'ls']);
  });

  it.each([
    "echo 'open",
    'echo "open',
    'echo `open',
    'echo $(open',
    'case x in a) rm x;; esac',
    'f() { rm x; }',
    'function f { rm x; }',
    'echo $((1+1))',
    '(( x = 1 ))',
    '[[ -f x && -f y ]]',
    'a )',
    'cat <<EOF\nno end',
    'cat <<EOF\n$(rm x)\nEOF',
    'a >',
    `a ${'$(b '.repeat(40)}`,
    'a\0b',
    'a\rb',
    'x=(1 2)',
    'echo $' + '{x:-$(rm y)}',
  ])('does not pretend to understand %j', (source) => {
    expect(parseShell(source).problems).not.toEqual([]);
  });

  it('marks what the shell would expand', () => {
    const words = parseShell('r{m,} $x "$y" *.js "*.js" a\\*').segments[0]?.words ?? [];
    expect(words.map((word) => [word.literal, word.glob])).toEqual([
      [false, false],
      [false, false],
      [false, false],
      [true, true],
      [true, false],
      [true, false],
    ]);
  });

  it('reads back randomly quoted words', () => {
    const random = generator(7);
    const pieces = [
      'a',
      'B',
      ' ',
      ';',
      '&',
      '|',
      '$',
      '`',
      '"',
      "'",
      '\\',
      '(',
      ')',
      '<',
      '>',
      '#',
      '*',
      '{',
      '}',
      '~',
      '\n',
    ];
    for (let round = 0; round < 2000; round++) {
      const words = Array.from({ length: 1 + random(4) }, () =>
        Array.from({ length: 1 + random(6) }, () => pieces[random(pieces.length)]).join(''),
      );
      const source = words.map((word) => quote(word, random(3))).join(' ');
      const parsed = parseShell(`x ${source}`);
      expect(parsed.problems, source).toEqual([]);
      expect(
        parsed.segments.map((segment) => segment.words.map((word) => word.text)),
        source,
      ).toEqual([['x', ...words]]);
    }
  });

  it('never throws or hangs on noise', () => {
    const random = generator(11);
    const alphabet = 'ab $()`"\'\\;&|<>{}#\n=-!~*0';
    for (let round = 0; round < 5000; round++) {
      const source = Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join('');
      const reading = readShell(source);
      expect(Array.isArray(reading.commands)).toBe(true);
    }
  });
});

describe('readShell', () => {
  it.each([
    ['env A=1 timeout 60 npm test', ['npm test']],
    ['nice -n 5 nohup make', ['make']],
    ["bash -lc 'cd a && rm -rf b'", ['cd a', 'rm -rf b']],
    ['sudo -u root rm x', ['sudo rm x']],
    ['sh -c "sudo reboot"', ['sudo reboot']],
    ['find . -name "*.js" -exec rm {} \\;', ['find . -name *.js -exec rm {} ;', 'rm {}']],
    ['ls | xargs -n 1 rm -f', ['ls', 'rm -f']],
    ['eval "rm x"', ['rm x']],
    ["bash <<'EOF'\nrm x\nEOF", ['bash', 'rm x']],
    ['command -v node', ['command -v node']],
    ['for f in a b; do rm "$f"; done', ['rm $f']],
  ])('looks through %j', (source, expected) => {
    const reading = readShell(source);
    expect(reading.problems).toEqual([]);
    expect(run(source)).toEqual(expected);
  });

  it.each([
    '$(echo rm) x',
    '$X',
    '/bin/r? x',
    'eval "$X"',
    'sh -c "$X"',
    'curl x | sh',
    'bash <(curl x)',
    'env -S "rm x"',
    'trap "rm x" EXIT',
    "$'\\x72m' x",
    'xargs sh -c "rm"',
  ])('is not certain about %j', (source) => {
    const isCertain = readShell(source).problems.length === 0 && !run(source).some((text) => text.startsWith('bash'));
    expect(isCertain).toBe(false);
  });
});

function quote(word: string, way: number): string {
  if (way === 0) return `'${word.replaceAll("'", "'\\''")}'`;
  if (way === 1) return `"${word.replace(/["\\$`]/g, '\\$&')}"`;
  return [...word].map((character) => (character === '\n' ? "'\n'" : `\\${character}`)).join('');
}

/** Seeded random integers below a bound (mulberry32). */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}
