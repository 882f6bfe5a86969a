// `review` ends with findings that are there: what cites nothing is dropped, what comes with an example is tried.
import { findingsVerification, placeFindings } from './judge-findings.ts';
import { readFindings } from './read-findings.ts';
import { evidence, type JudgeWork, reportOf, verificationOf } from './work-ground.ts';

const form =
  'End your answer with one fenced block of JSON: {"findings":[{"file":"…","line":1,"severity":"critical|high|medium|low","title":"…","why":"…"}]}, with an empty list where there is nothing.';

/** Judges a review. */
export const judgeReview: JudgeWork = async (ground) => {
  const claimed = readFindings(ground.text);
  if (claimed === undefined) {
    const unread = evidence('the answer has a list of findings', 'fails', 'none could be read');
    return verificationOf(reportOf('review', [unread]), `No findings could be read. ${form}`);
  }
  return findingsVerification('review', await placeFindings(ground, claimed), ground.work);
};
