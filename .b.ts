import { Parser, Language, Query } from 'web-tree-sitter';
import { queryOf } from './packages/workspace/src/code/queries/query-of.ts';
import { languages } from './packages/workspace/src/code/language.ts';
import { readGrammar } from './packages/workspace/src/code/grammar-files.ts';
import { createCodeParser } from './packages/workspace/src/code/tree-sitter-parser.ts';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
const [id, dir, ending, maxMB='20'] = process.argv.slice(2) as any;
await Parser.init({ wasmBinary: await readGrammar('runtime') });
const lang = await Language.load(await readGrammar((languages as any)[id].grammar));
const p = new Parser(); p.setLanguage(lang); const q = new Query(lang, (queryOf as any)[id]);
const files: string[] = []; let bytes = 0;
(function walk(d: string) { for (const e of readdirSync(d, { withFileTypes: true })) { const f = join(d, e.name); if (e.isDirectory()) walk(f); else if (e.isFile() && f.endsWith(ending) && bytes < maxMB * 1e6) { const s = statSync(f).size; if (s < 500_000) { files.push(f); bytes += s; } } } })(dir);
let tp = 0, tq = 0, tr = 0, m = 0, raw=0;
for (const f of files) { const t0 = performance.now(); const text = readFileSync(f, 'utf8'); const t1 = performance.now(); const tree = p.parse(text)!; const t2 = performance.now(); m += q.matches(tree.rootNode).length; const t3 = performance.now(); tree.delete(); tr += t1 - t0; tp += t2 - t1; tq += t3 - t2; }
console.log(files.length, (bytes / 1e6).toFixed(1), 'MB read', tr | 0, 'parse', tp | 0, 'matches', tq | 0, m);
const cp = createCodeParser(); await cp.outline(id, ''); const t0 = performance.now(); let r=0; for (const f of files) r+=(await cp.outline(id, readFileSync(f, 'utf8'))).references.length; console.log('outline', (performance.now() - t0) | 0, r);
