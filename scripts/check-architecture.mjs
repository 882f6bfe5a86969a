// Holds the code against architecture.json: arrows between rooms and folders, circles between files, faces, file and function sizes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const plan = JSON.parse(readFileSync(join(root, 'architecture.json'), 'utf8'));
const problems = [];
const files = Object.keys(plan.rooms).flatMap((room) =>
  sources(join(root, room, 'src')).map((path) => readFile(room, path)),
);
const roomOfPackage = new Map(Object.keys(plan.rooms).map((room) => [manifest(room).name, room]));

for (const room of Object.keys(plan.rooms)) checkManifest(room);
for (const file of files) {
  for (const specifier of file.imports) checkImport(file, specifier);
  checkSize(file);
}
checkCircles();
checkFunctionLengths();
report();

function readFile(room, path) {
  const text = readFileSync(path, 'utf8');
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) problems.push(`${relative(root, path)}: ${parsed.errors[0].message}`);
  const starts = lineStarts(text);
  return {
    room,
    path,
    name: relative(root, path),
    isTest: path.includes('.test.'),
    lines: starts.length,
    firstLine: text.split('\n', 2).find((line) => !line.startsWith('#!')) ?? '',
    imports: importsOf(parsed.module, text),
    functions: functionsOf(parsed.program, starts),
  };
}

function importsOf(module, text) {
  const fixed = [...module.staticImports.map((found) => found.moduleRequest.value)];
  for (const found of module.staticExports)
    for (const entry of found.entries) if (entry.moduleRequest) fixed.push(entry.moduleRequest.value);
  const lazy = module.dynamicImports.map((found) =>
    text.slice(found.moduleRequest.start, found.moduleRequest.end).replace(/^['"]|['"]$/g, ''),
  );
  return [...new Set([...fixed, ...lazy])];
}

function checkManifest(room) {
  const allowed = plan.rooms[room].mayImport;
  for (const name of Object.keys({ ...manifest(room).dependencies, ...manifest(room).devDependencies })) {
    const target = roomOfPackage.get(name);
    if (target && !allowed.includes(target))
      problems.push(`${room}/package.json: depends on ${target}, which is not below it`);
  }
}

function checkImport(file, specifier) {
  if (specifier.startsWith('.')) checkInside(file, resolve(dirname(file.path), specifier));
  else if (specifier.startsWith('@monkey-coder/')) checkAcross(file, specifier);
}

function checkInside(file, target) {
  if (!existsSync(target))
    return problems.push(`${file.name}: imports ${relative(root, target)}, which does not exist`);
  if (relative(join(root, file.room, 'src'), target).startsWith('..')) {
    return problems.push(`${file.name}: reaches out of its room to ${relative(root, target)}`);
  }
  const order = plan.rooms[file.room].folders ?? [];
  const from = folderOf(file.room, file.path);
  const to = folderOf(file.room, target);
  if (from === '' || to === '' || from === to || file.isTest) return;
  for (const folder of [from, to])
    if (!order.includes(folder))
      return problems.push(`${file.name}: folder "${folder}" has no rank in architecture.json`);
  if (order.indexOf(to) > order.indexOf(from)) problems.push(`${file.name}: ${from} may not import ${to} (rank)`);
}

function checkAcross(file, specifier) {
  const [scope, name, ...rest] = specifier.split('/');
  const target = roomOfPackage.get(`${scope}/${name}`);
  if (!target) return problems.push(`${file.name}: imports unknown package ${specifier}`);
  const isTesting = rest.join('/') === 'testing';
  if (rest.length > 0 && !(isTesting && (file.isTest || folderOf(file.room, file.path) === 'testing'))) {
    problems.push(`${file.name}: imports past the face of ${target}: ${specifier}`);
  }
  if (!plan.rooms[file.room].mayImport.includes(target))
    problems.push(`${file.name}: ${file.room} may not import ${target}`);
}

function checkSize(file) {
  const limit = file.isTest ? plan.limits.testFileLines : plan.limits.fileLines;
  if (file.lines > limit) problems.push(`${file.name}: ${file.lines} lines, the wall is ${limit}`);
  if (!file.firstLine.startsWith('//')) problems.push(`${file.name}: the first line does not say what the file is for`);
}

function checkCircles() {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const state = new Map();
  const visit = (file, trail) => {
    state.set(file.path, 'open');
    for (const specifier of file.imports.filter((found) => found.startsWith('.'))) {
      const next = byPath.get(resolve(dirname(file.path), specifier));
      if (!next) continue;
      if (state.get(next.path) === 'open') problems.push(`circle: ${[...trail, file.name, next.name].join(' → ')}`);
      else if (!state.has(next.path)) visit(next, [...trail, file.name]);
    }
    state.set(file.path, 'done');
  };
  for (const file of files) if (!state.has(file.path)) visit(file, []);
}

function checkFunctionLengths() {
  const own = files.filter((file) => !file.isTest && folderOf(file.room, file.path) !== 'testing');
  const all = own.flatMap((file) => file.functions.map((found) => ({ ...found, file: file.name })));
  for (const found of all) {
    if (found.lines > plan.limits.functionLines)
      problems.push(
        `${found.file}:${found.line}: function of ${found.lines} lines, the wall is ${plan.limits.functionLines}`,
      );
  }
  const sorted = all.map((found) => found.lines).sort((a, b) => a - b);
  const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  if (p95 > plan.limits.functionLinesP95)
    problems.push(`95th percentile of function length is ${p95}, the goal is ${plan.limits.functionLinesP95}`);
  console.log(
    `architecture: ${files.length} files, ${all.length} functions, p95 ${p95} lines, longest ${sorted.at(-1) ?? 0}`,
  );
}

/** Functions with bodies, by walking the syntax tree. */
function functionsOf(program, starts) {
  const found = [];
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (!node || typeof node.type !== 'string') return;
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type) && node.body) {
      found.push({
        line: lineAt(starts, node.start),
        lines: lineAt(starts, node.end) - lineAt(starts, node.start) + 1,
      });
    }
    for (const value of Object.values(node)) if (value && typeof value === 'object') walk(value);
  };
  walk(program.body);
  return found;
}

function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return text.endsWith('\n') ? starts.slice(0, -1) : starts;
}

function lineAt(starts, offset) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

function folderOf(room, path) {
  const parts = relative(join(root, room, 'src'), path).split(/[\\/]/);
  return parts.length > 1 ? parts[0] : '';
}

function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() && entry.name.endsWith('.ts') && !join(entry.parentPath, entry.name).includes('/fixtures/'),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

function manifest(room) {
  return JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8'));
}

function report() {
  for (const problem of problems) console.error(`  ${problem}`);
  if (problems.length > 0) {
    console.error(`architecture: ${problems.length} problem(s)`);
    process.exit(1);
  }
}
