// `docs` is verified when code is the same without its comments, and the examples of the changed documents parse, and run where they can.
import { parseJson, type WorkEvidence } from '@monkey-coder/protocol';
import {
  type CodeParser,
  describeProblem,
  languageOfPath,
  loadCodeParser,
  type ProjectCopy,
} from '@monkey-coder/workspace';
import { type Example, examplesOf } from './doc-examples.ts';
import { type ChangedText, changedTexts } from './old-files.ts';
import {
  countOf,
  evidence,
  type JudgeWork,
  limitsOf,
  reportOf,
  verificationOf,
  type WorkGround,
} from './work-ground.ts';

const documents =
  /\.(?:md|mdx|markdown|txt|rst|adoc)$|(?:^|\/)(?:README|CHANGELOG|LICENSE|NOTICE|AUTHORS|CONTRIBUTING)[^/]*$/i;
const runTimeoutMs = 20_000;
/** A piece of a whole: names and modules that the text around it explains. */
const isExcerpt =
  /ReferenceError|NameError|Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|ModuleNotFoundError|ImportError/;

/** Judges documentation. */
export const judgeDocs: JudgeWork = async (ground) => {
  const texts = await changedTexts(ground);
  if (texts === undefined)
    return { kind: 'unproven', reason: 'the files as they were cannot be read', work: reportOf('docs', []) };
  const parser = await loadCodeParser();
  try {
    const found = [await sameCode(parser, texts), await examplesWork(ground, parser, texts)];
    const feedback = found.flatMap(({ what, result, detail }) =>
      result === 'fails' ? [`${what}: no, ${detail}.`] : [],
    );
    return verificationOf(reportOf('docs', found), feedback.join('\n'));
  } finally {
    parser.close();
  }
};

async function sameCode(parser: CodeParser, texts: readonly ChangedText[]): Promise<WorkEvidence> {
  const wrong: string[] = [];
  for (const { path, before, after } of texts.filter((one) => !documents.test(one.path))) {
    const language = languageOfPath(path);
    if (language === null || before === null || after === null)
      wrong.push(`${path} is neither a document nor a comment`);
    else {
      const [old, now] = [await parser.pieces(language, before), await parser.pieces(language, after)];
      if (old === null || now === null) wrong.push(`${path} cannot be parsed`);
      else if (old.length !== now.length || old.some((piece, index) => piece !== now[index]))
        wrong.push(`the code of ${path} changed`);
    }
  }
  const what = 'without comments the code is the same';
  return wrong.length === 0 ? evidence(what, 'holds') : evidence(what, 'fails', wrong.join('; '));
}

async function examplesWork(
  ground: WorkGround,
  parser: CodeParser,
  texts: readonly ChangedText[],
): Promise<WorkEvidence> {
  const examples = texts.flatMap(({ path, after }) =>
    /\.(?:md|mdx|markdown)$/i.test(path) && after !== null ? examplesOf(path, after) : [],
  );
  const wrong: string[] = [];
  const runnable: Example[] = [];
  for (const example of examples) {
    const problem = await syntaxProblem(parser, example);
    if (problem === '') runnable.push(example);
    else wrong.push(`${example.file}:${example.line} ${problem}`);
  }
  const ran = await runExamples(ground, runnable);
  const what = 'the examples of the changed documents work';
  const detail = `${countOf(examples.length, 'example')} parsed, ${ran.passed} run`;
  const all = [...wrong, ...ran.wrong];
  return all.length === 0 ? evidence(what, 'holds', detail) : evidence(what, 'fails', all.join('; '));
}

async function syntaxProblem(parser: CodeParser, { language, text }: Example): Promise<string> {
  if (language === 'json') return parseJson(text) === undefined ? 'is no JSON' : '';
  if (language === null) return '';
  const [first] = await parser.syntaxErrors(language, text);
  return first === undefined ? '' : `does not parse: ${describeProblem(first)}`;
}

interface Ran {
  readonly passed: number;
  readonly wrong: readonly string[];
}

async function runExamples(ground: WorkGround, examples: readonly Example[]): Promise<Ran> {
  const runnable = examples.filter(({ run }) => run !== undefined);
  if (runnable.length === 0 || (!ground.isSandboxed && !ground.work.mayRunExamples)) return { passed: 0, wrong: [] };
  const checks = await ground.workspace.checks();
  return checks.inCopy({ signal: ground.signal }, async (copy) => {
    const ends = [];
    for (const example of runnable.slice(0, 30)) ends.push(await runOne(ground, copy, example));
    return {
      passed: ends.filter((end) => end === '').length,
      wrong: ends.filter((end) => end !== '' && end !== 'excerpt'),
    };
  });
}

/** Empty where it worked; `excerpt` where it is a piece that does not stand alone. */
async function runOne(ground: WorkGround, copy: ProjectCopy, { file, line, text, run }: Example): Promise<string> {
  if (run === undefined) return 'excerpt';
  copy.write(run.file, text);
  const { passed, output } = await copy.run(
    { command: run.command, cwd: '.' },
    { ...limitsOf(ground), timeoutMs: runTimeoutMs },
  );
  copy.write(run.file, null);
  if (passed) return '';
  if (isExcerpt.test(output)) return 'excerpt';
  return `${file}:${line} fails when it is run: ${ground.redact(output.trim().slice(-200))}`;
}
