// Compares how candidates behave by what the same commands print on each of them, piece by piece, and lets them vote.
//
// A piece of output that some proven candidates print and others do not tells them apart. Each such piece is voted on: who stands with the
// heavier side agrees. Candidates that the checks reject vote too, with less weight: what is wrong in one place is right in most others.

/** What one candidate printed. */
export interface Behaviour {
  readonly candidate: number;
  /** The checks accept it. What tells only rejected ones apart decides nothing. */
  readonly isProven: boolean;
  /** Weight of its vote, 0..1: how far it is believed to be right. */
  readonly weight: number;
  /** Output of each probe, in the same order for all. */
  readonly outputs: readonly string[];
}

/** How a candidate stands among the others. */
export interface Standing {
  /** Mean share of the votes on its side where candidates differ, 0..1; 1 where none differ. */
  readonly agreement: number;
  /** Candidates that printed the same carry the same word. */
  readonly behaviour: string;
}

/** Pieces of an output without what differs from run to run: times, addresses, folders. */
export function piecesOf(output: string, folder: string): string[] {
  return output
    .replaceAll(folder, '')
    .replace(/\b\d{4}-\d\d-\d\d[T ][\d:.,Z+-]+/g, '')
    .replace(/\b0x[0-9a-f]+\b/gi, '')
    .replace(/\b(?:in |took |duration_ms:? ?)?\d+(?:\.\d+)? ?(?:ms|µs|s|secs?|seconds)\b|\bduration_ms:? [\d.]+/g, '')
    .split(/\r?\n|(?<=\})\s*,\s*(?=\{)/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '' && piece.length < 4000);
}

/** Lets the candidates vote. Every probe that tells any apart counts once, however much is printed. */
export function voteOnBehaviour(all: readonly Behaviour[]): ReadonlyMap<number, Standing> {
  const probes = Math.max(0, ...all.map((one) => one.outputs.length));
  const sums = all.map((): Sum => ({ agreed: 0, voted: 0, printed: [] }));
  const total = all.reduce((sum, one) => sum + one.weight, 0);
  for (let probe = 0; probe < probes; probe++) {
    const printed = all.map((one) => new Set((one.outputs[probe] ?? '').split('\n')));
    const pieces = tellingPieces(printed.filter((_, at) => all[at]?.isProven));
    for (const piece of pieces) {
      const having = all.reduce((sum, one, at) => sum + (printed[at]?.has(piece) ? one.weight : 0), 0);
      for (const [at, sum] of sums.entries())
        addVote(sum, printed[at]?.has(piece) ? `${probe}:${piece}` : undefined, {
          side: (printed[at]?.has(piece) ? having : total - having) / Math.max(1e-9, total),
          share: 1 / pieces.length,
        });
    }
  }
  const keys = sums.map((sum) => sum.printed.sort().join('\n'));
  return new Map(
    sums.map(({ agreed, voted }, at) => [
      all[at]?.candidate ?? 0,
      { agreement: voted === 0 ? 1 : agreed / voted, behaviour: `b${keys.indexOf(keys[at] ?? '') + 1}` },
    ]),
  );
}

/** What one candidate's votes came to. */
interface Sum {
  agreed: number;
  voted: number;
  readonly printed: string[];
}

function addVote(sum: Sum, piece: string | undefined, vote: { readonly side: number; readonly share: number }): void {
  sum.agreed += vote.side * vote.share;
  sum.voted += vote.share;
  if (piece !== undefined) sum.printed.push(piece);
}

/** Pieces that some printed and some did not. */
function tellingPieces(all: readonly ReadonlySet<string>[]): string[] {
  const union = new Set(all.flatMap((one) => [...one]));
  return [...union].filter((piece) => !all.every((one) => one.has(piece)));
}
