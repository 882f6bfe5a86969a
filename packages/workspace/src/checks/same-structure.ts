// Tells edits that cannot have touched the syntax from those that may: the former need no parser, which takes longer to load than
// most edits take in all.

/** Words that mean something to the grammar of one of the languages that are parsed; a change from or to one may break it. */
const keywords = new Set(
  (
    'abstract and as assert async await base begin bool boolean break byte case catch chan char checked class const continue crate ' +
    'debugger declare def default defer del delegate delete do double elif else elseif elsif end endif ensure enum except export ' +
    'extends extern fallthrough false final finally fixed float fn for foreach from fun func function get global go goto if ' +
    'implements impl import in include inline inner instanceof int interface internal is lambda let local lock long loop macro ' +
    'match mod module move mut namespace native new nil nonlocal none not null object of open operator or out override package ' +
    'pass print private protected pub public raise range readonly record redo ref repeat require rescue retry return satisfies ' +
    'sealed select self set short sizeof static step strictfp struct super switch synchronized table template then this throw ' +
    'throws trait transient true try type typedef typeof undef union unless unsafe until use using val var virtual void volatile ' +
    'when where while with xor yield'
  ).split(' '),
);

const wordOrRest = /[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$]+/gu;
const isName = /^[\p{L}_$]/u;

/**
 * Whether the two texts differ in names, numbers and plain words only, one for one: everything else, white space included, is the
 * same, no keyword came or went, and what was a name is still one.
 */
export function hasSameStructure(before: string, after: string): boolean {
  const [first, second] = changedParts(before, after);
  const [old, fresh] = [first.match(wordOrRest) ?? [], second.match(wordOrRest) ?? []];
  if (old.length !== fresh.length) return false;
  return old.every((piece, index) => piece === fresh[index] || isExchange(piece, fresh[index] ?? ''));
}

function isExchange(old: string, fresh: string): boolean {
  const areWords = /^[\p{L}\p{N}_$]/u.test(old) && /^[\p{L}\p{N}_$]/u.test(fresh);
  const isSameKind = isName.test(old) === isName.test(fresh);
  return areWords && isSameKind && !keywords.has(old.toLowerCase()) && !keywords.has(fresh.toLowerCase());
}

/** The texts without the lines they begin and end with alike. */
function changedParts(before: string, after: string): [string, string] {
  let start = 0;
  const shortest = Math.min(before.length, after.length);
  while (start < shortest && before[start] === after[start]) start += 1;
  start = before.lastIndexOf('\n', start - 1) + 1;
  let end = 0;
  while (end < shortest - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const [beforeEnd, afterEnd] = [before.length - end, after.length - end].map((at, index) => {
    const line = (index === 0 ? before : after).indexOf('\n', at);
    return line === -1 ? (index === 0 ? before : after).length : line;
  });
  return [before.slice(start, beforeEnd), after.slice(start, afterEnd)];
}
