// Writes a made-up code base of a given size, always the same: files in four languages that define, use and import each other's names.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const nouns =
  'account address batch buffer cache channel client cluster config cursor event filter frame handler index journal kernel layout ledger message node order packet page parser policy queue record region report request route sample schema session shard signal snapshot source stream table task ticket token tree user vector volume worker'.split(
    ' ',
  );
const verbs =
  'apply build check collect compare compute decode drain encode expand fetch flush gather group load merge notify pack parse prepare publish reduce release resolve restore route scan schedule select send store sync trace trim unpack update verify walk'.split(
    ' ',
  );

/** A generator of numbers from 0 to 1; the same seed gives the same row (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const upper = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

interface Names {
  readonly pick: (list: readonly string[]) => string;
  readonly count: (from: number, to: number) => number;
}

type Write = (file: number, names: Names) => string;

const languages: readonly { readonly ending: string; readonly write: Write }[] = [
  { ending: 'go', write: goFile },
  { ending: 'py', write: pythonFile },
  { ending: 'ts', write: typescriptFile },
  { ending: 'java', write: javaFile },
];

/** Writes about `bytes` bytes in `count` files below `folder`; gives the bytes really written. */
export function writeCorpus(
  folder: string,
  { count, bytes }: { readonly count: number; readonly bytes: number },
): number {
  const random = seeded(count);
  const names: Names = {
    pick: (list) => list[Math.floor(random() * list.length)] ?? '',
    count: (from, to) => from + Math.floor(random() * (to - from + 1)),
  };
  let written = 0;
  for (let file = 0; file < count; file++) {
    const language = languages[file % languages.length] ?? languages[0];
    if (language === undefined) break;
    const path = join(folder, pathOf(file, language.ending));
    const wanted = ((file + 1) * bytes) / count - written;
    let text = '';
    for (let part = 0; text.length < wanted; part++) text += language.write(file * 100 + part, names);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    written += text.length;
  }
  return written;
}

function pathOf(file: number, ending: string): string {
  const noun = nouns[file % nouns.length] ?? '';
  return join(`area${Math.floor(file / 800)}`, `${noun}${Math.floor(file / 40) % 20}`, `${noun}_${file}.${ending}`);
}

function goFile(file: number, { pick, count }: Names): string {
  const type = `${upper(pick(nouns))}${upper(pick(nouns))}${file}`;
  const functions = Array.from({ length: count(3, 6) }, (_, at) => {
    const [a, b] = [pick(nouns), pick(nouns)];
    return `// ${upper(pick(verbs))} looks at the ${a} of one ${b} and says what is left of it.\nfunc (x *${type}) ${upper(pick(verbs))}${upper(a)}${at}(${a} *${upper(b)}${count(0, 900)}, limit int) (string, error) {\n\tif ${a} == nil || limit <= ${count(0, 99)} {\n\t\treturn "", fmt.Errorf("no ${a} for %d", limit)\n\t}\n\tfor index, one := range ${a}.Items {\n\t\tvalue, err := x.${pick(verbs)}${upper(pick(nouns))}(one, index+${count(1, 9)})\n\t\tif err != nil {\n\t\t\treturn "", ${pick(verbs)}Error(err, one.Name)\n\t\t}\n\t\tx.${pick(nouns)} = append(x.${pick(nouns)}, ${upper(pick(nouns))}{Name: value, Size: len(value) * ${count(2, 50)}})\n\t}\n\treturn strings.Join(x.${pick(nouns)}Names(), ", "), nil\n}\n`;
  });
  const head =
    file % 100 === 0
      ? `package ${pick(nouns)}\n\nimport (\n\t"fmt"\n\t"strings"\n\t"example.com/shop/${pick(nouns)}"\n)\n`
      : '';
  return `${head}\n// ${type} keeps what was read.\ntype ${type} struct {\n\t${pick(nouns)} []${upper(pick(nouns))}\n\tname string\n}\n\n${functions.join('\n')}`;
}

function pythonFile(file: number, { pick, count }: Names): string {
  const methods = Array.from({ length: count(3, 6) }, (_, at) => {
    const [a, b] = [pick(nouns), pick(nouns)];
    return `    def ${pick(verbs)}_${a}_${at}(self, ${a}, limit=${count(1, 99)}):\n        """Looks at the ${a} of one ${b} and says what is left of it."""\n        if ${a} is None or limit <= ${count(0, 9)}:\n            raise ValueError("no ${a} for %d" % limit)\n        found = [${pick(verbs)}_${b}(one, index + ${count(1, 9)}) for index, one in enumerate(${a}.items)]\n        for one in found:\n            self.${pick(nouns)}.append(${upper(pick(nouns))}(name=one, size=len(one) * ${count(2, 50)}))\n        return ", ".join(self.${pick(verbs)}_names(found))\n`;
  });
  return `\nfrom shop.${pick(nouns)} import ${pick(verbs)}_${pick(nouns)}, ${upper(pick(nouns))}\n\n\nclass ${upper(pick(nouns))}${upper(pick(nouns))}${file}(${upper(pick(nouns))}):\n    """Keeps what was read."""\n\n${methods.join('\n')}\n`;
}

function typescriptFile(file: number, { pick, count }: Names): string {
  const functions = Array.from({ length: count(3, 6) }, (_, at) => {
    const [a, b] = [pick(nouns), pick(nouns)];
    return `/** Looks at the ${a} of one ${b} and says what is left of it. */\nexport async function ${pick(verbs)}${upper(a)}${file}x${at}(${a}: ${upper(b)}, options: { readonly limit: number }): Promise<readonly ${upper(a)}[]> {\n  if (options.limit <= ${count(0, 99)}) throw new ${upper(pick(nouns))}Error(\`no ${a} for \${options.limit}\`);\n  const found = ${a}.items.map((one, index) => ${pick(verbs)}${upper(pick(nouns))}(one, index + ${count(1, 9)}));\n  for (const { name, size } of found) {\n    await ${pick(nouns)}.${pick(verbs)}({ name, size: size * ${count(2, 50)}, kind: '${pick(nouns)}' });\n  }\n  return found.filter((one) => one.size > options.limit);\n}\n`;
  });
  return `\nimport { ${pick(verbs)}${upper(pick(nouns))}, type ${upper(pick(nouns))} } from '../${pick(nouns)}0/${pick(nouns)}_${count(0, 900)}.ts';\n\nexport interface ${upper(pick(nouns))}${upper(pick(nouns))}${file} {\n  readonly items: readonly ${upper(pick(nouns))}[];\n}\n\n${functions.join('\n')}`;
}

function javaFile(file: number, { pick, count }: Names): string {
  const methods = Array.from({ length: count(3, 6) }, (_, at) => {
    const [a, b] = [pick(nouns), pick(nouns)];
    return `    /** Looks at the ${a} of one ${b} and says what is left of it. */\n    public List<${upper(a)}> ${pick(verbs)}${upper(a)}${at}(${upper(b)} ${a}, int limit) throws ${upper(pick(nouns))}Exception {\n        if (${a} == null || limit <= ${count(0, 99)}) {\n            throw new ${upper(pick(nouns))}Exception("no ${a} for " + limit);\n        }\n        for (${upper(a)} one : ${a}.get${upper(pick(nouns))}s()) {\n            String value = ${pick(verbs)}${upper(pick(nouns))}(one, limit + ${count(1, 9)});\n            this.${pick(nouns)}s.add(new ${upper(pick(nouns))}(value, value.length() * ${count(2, 50)}));\n        }\n        return this.${pick(nouns)}s;\n    }\n`;
  });
  const head =
    file % 100 === 0
      ? `package shop.${pick(nouns)};\n\nimport java.util.List;\nimport shop.${pick(nouns)}.${upper(pick(nouns))};\n`
      : '';
  return `${head}\nclass ${upper(pick(nouns))}${upper(pick(nouns))}${file} extends ${upper(pick(nouns))} {\n\n${methods.join('\n')}}\n`;
}
