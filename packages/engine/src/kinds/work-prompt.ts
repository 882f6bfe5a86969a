// The first message of a kind of work: what the user asked for, then what the work is and what will be looked at afterwards.
//
// It is a message and not part of the system text, so that the head of all requests stays the same. What is asked here is only
// asked: whether it was done is found out by the judges of `kinds`, from files and receipts.
import type { Work, WorkKind } from '@monkey-coder/protocol';

const headlines: Readonly<Record<WorkKind, string>> = {
  fix: 'Fix what is wrong here.',
  test: 'Write tests.',
  review: 'Review this.',
  explain: 'Explain this code.',
  plan: 'Make a plan.',
  refactor: 'Refactor this.',
  docs: 'Improve the documentation.',
  upgrade: 'Upgrade a dependency.',
  audit: 'Audit this project for security problems.',
};

const findingsForm = `End with one fenced block of JSON, also when nothing was found:
\`\`\`json
{"findings":[{"file":"src/a.js","line":12,"severity":"critical|high|medium|low","title":"one line","why":"what goes wrong and when","example":{"path":"test/shows-it.test.js","content":"a test that fails because of it"}}]}
\`\`\`
\`example\` is optional: leave it out where no short test can show it. A finding whose file or line is not there is dropped, so look the line up before you name it. Only report what you are sure of.`;

const instructions: Readonly<Record<WorkKind, (work: Work) => string>> = {
  fix: () => `This is a fix. Find the cause, not the symptom, and change as little as needed.
If no test or check shows the fault yet, add a test that does. Afterwards a check that fails on the old files has to pass on the new ones; today's tests are also tried on the old source. Changing the check, or a test that was right, fixes nothing.`,
  test: () => `This is about tests alone: write or extend tests, and leave the source as it is.
Afterwards the new tests are run on the source, and again on versions of the source that were made wrong in small ways (a comparison turned, a constant changed, a statement left out). They have to pass on the first and fail on each of the others: test edges and exact values. If the source has a fault, say so instead of changing it.`,
  review:
    () => `This is a review: only read. Look for faults that matter: wrong results, lost data, races, security, broken contracts, missing error handling. No praise, no matters of taste.
${findingsForm}`,
  explain: () => `This is an explanation: only read. Say what it does, how, and why it is so where the code tells.
Name the places as \`path/to/file.ext:LINE\` (or \`:FIRST-LAST\`), each looked up before. Every such place is held against the files afterwards, and at least one is needed.`,
  plan: () => `This is a plan: only read. Find out what has to change before you say it.
End with one fenced block of JSON:
\`\`\`json
{"goal":"one sentence","steps":[{"title":"what is done","files":[{"path":"src/a.js","change":"modify|create|delete|read"}],"check":"how one sees that it is right"}],"risks":["what may go wrong, and what then"]}
\`\`\`
Files to modify, delete or read have to be there, files to create must not be; that is looked at afterwards.`,
  refactor: ({ mayChangeInterface }) => `This is a refactoring: what the code does stays the same.
Tests have to pass before and after and are not touched${mayChangeInterface ? '' : '; no exported or public name may go away or take other parameters'}. All of that is looked at afterwards. A public name that the request itself speaks of may be renamed, in tests, too.`,
  docs: () => `This is about documentation alone: documents, comments, docstrings. Code stays as it is: without comments, files of code are compared piece by piece afterwards.
Examples in fenced blocks of the documents are parsed, and run where they can be: write only what works, and name the language of each block.`,
  upgrade: ({
    dependency,
  }) => `Upgrade ${dependency?.name ?? 'the dependency'} to ${dependency?.version ?? 'the newest version that fits'}: the manifest and the lock file, and the code as far as the new version needs it.
Look at its changelog if you can reach it, for what breaks. No other declared dependency may change its version. Manifest, lock file and tests before and after are looked at afterwards.`,
  audit:
    () => `This is a security audit: only read. Look for injection, broken access control, unsafe deserialisation, paths that lead out, secrets, weak cryptography, requests to addresses of others' choosing, missing limits. Name only what can be reached and used.
${findingsForm}`,
};

/** What was asked for, in the user's words or in ours: nothing of the material, nor of what the kind demands. */
export function workRequest(work: Work): string {
  return work.request.trim() === '' ? headlines[work.kind] : work.request.trim();
}

/** The text of the first message. `material` is put behind the request: a diff, or what was found without a model. */
export function workPrompt(work: Work, material: string): string {
  const about = work.targets.length === 0 ? '' : `\n\nIt is about: ${work.targets.join(', ')}`;
  const more = material === '' ? '' : `\n\n${material}`;
  return `${workRequest(work)}${about}${more}\n\n<kind name="${work.kind}">\n${instructions[work.kind](work)}\n</kind>`;
}
