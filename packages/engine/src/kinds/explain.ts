// `explain` is verified when it cites places, and every one of them is there.
import { citedPlaces, missingReason } from './cited-places.ts';
import { countOf, evidence, type JudgeWork, reportOf } from './work-ground.ts';

/** Judges an explanation. */
export const judgeExplain: JudgeWork = async ({ text, workspace }) => {
  const places = citedPlaces(text);
  const citations = await Promise.all(
    places.map(async (place) => {
      const reason = await missingReason(workspace, place);
      return { file: place.file, line: place.line, exists: reason === '', reason };
    }),
  );
  const wrong = citations.filter(({ exists }) => !exists);
  const what = 'every place that is cited is there';
  const list = wrong.map(({ file, line, reason }) => `${file}:${line} (${reason})`).join(', ');
  const found =
    places.length === 0
      ? evidence('nothing was cited', 'unknown', 'no place in the files backs the explanation')
      : wrong.length > 0
        ? evidence(what, 'fails', `${wrong.length} of ${citations.length} are not: ${list}`)
        : evidence(what, 'holds', countOf(citations.length, 'place'));
  const work = reportOf('explain', [found], { citations });
  const reason = work.reasons.join('; ');
  return work.verdict === 'verified' ? { kind: 'answered', reason, work } : { kind: 'unproven', reason, work };
};
