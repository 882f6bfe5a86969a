// Small projects with one thing wrong each, and with all the things that look wrong but are right.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCodeParser } from '../code/tree-sitter-parser.ts';
import { createFileLister } from '../search/file-lister.ts';
import { createCheckSubject } from './check-subject.ts';
import { importChecks } from './import-checks.ts';

const base = mkdtempSync(join(tmpdir(), 'monkey-imports-'));
const parser = createCodeParser();
afterAll(() => {
  parser.close();
  rmSync(base, { recursive: true, force: true });
});

let made = 0;
/** `severity code file:line: message`, without what is unsure unless asked for. */
async function findingsOf(files: Readonly<Record<string, string>>, unsure = false): Promise<string[]> {
  const root = join(base, `p${made++}`);
  for (const [path, text] of Object.entries({ '.gitignore': 'node_modules\n', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { signal } = new AbortController();
  const none = (): never => {
    throw new Error('nothing may run');
  };
  const commands = {
    run: () => Promise.reject(new Error('nothing may run')),
    sandbox: () => Promise.reject(new Error('no')),
    recover: () => Promise.resolve(),
    background: { start: none, list: () => [], read: none, stop: none },
  };
  const workspace = { root, commands, lister: createFileLister(root), snapshots: { treeHash: async () => 'hash' } };
  const subject = await createCheckSubject(workspace, { parser, scope: null, signal });
  const limits = { timeoutMs: 1000, newId: () => 'chk_1', now: () => 0 };
  const results = [];
  for (const check of importChecks(limits)) results.push(await check.run(subject, signal));
  return results
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => unsure || severity !== 'unsure')
    .map(({ severity, code, file, line }) => `${severity} ${code} ${file}:${line}`);
}

const json = (value: unknown) => JSON.stringify(value, null, 2);

describe('JavaScript and TypeScript', () => {
  it('finds imports that lead nowhere, missing and unused dependencies', async () => {
    const found = await findingsOf({
      'package.json': json({ dependencies: { used: '1', idle: '1' } }),
      'src/a.ts':
        "import { x } from './b.js';\nimport './gone.js';\nimport u from 'used';\nimport m from 'missing';\nx; u; m;\n",
      'src/b.ts': 'export const x = 1;\n',
    });
    expect(found).toEqual([
      'error unresolved-import src/a.ts:2',
      'error missing-dependency src/a.ts:4',
      'warning unused-dependency package.json:4',
    ]);
  });

  it('calls a phantom what is only installed', async () => {
    const found = await findingsOf({
      'package.json': json({ dependencies: { used: '1' } }),
      'node_modules/ghost/package.json': json({ name: 'ghost' }),
      'a.js': "import 'ghost';\nimport 'used';\n",
    });
    expect(found).toEqual(['error phantom-dependency a.js:1']);
  });

  it('takes aliases, members, types, tools, builtins and peers for what they are', async () => {
    const found = await findingsOf({
      'package.json': json({
        name: 'root',
        dependencies: { peered: '1' },
        workspaces: ['packages/*'],
        scripts: { lint: 'linter .' },
        devDependencies: {
          '@types/node': '1',
          '@types/described': '1',
          'linter-tool': '1',
          plugin: '1',
          'eslint-config-own': '1',
        },
      }),
      'node_modules/linter-tool/package.json': json({ name: 'linter-tool', bin: { linter: 'x.js' } }),
      'node_modules/plugin/package.json': json({ name: 'plugin', peerDependencies: { peered: '1' } }),
      'tsconfig.json': '{\n  // aliases\n  "compilerOptions": { "paths": { "@app/*": ["./src/*"], }, },\n}',
      '.eslintrc.json': json({ extends: ['eslint-config-own'], plugins: ['plugin'] }),
      'src/a.ts':
        "import fs from 'node:fs';\nimport path from 'path';\nimport x from '@app/x';\nimport type { D } from 'described';\nimport own from 'root/a';\nimport m from '@scope/member';\nimport logo from './logo.svg?url';\nimport style from './style.css';\nimport '#internal';\nimport 'virtual:thing';\nimport '~/x';\nfs; path; x; own; m; logo; style;\n",
      'src/x.ts': '',
      'src/style.css': '',
      'src/logo.svg': '',
      'packages/member/package.json': json({ name: '@scope/member' }),
    });
    expect(found).toEqual([]);
  });
});

describe('Python', () => {
  it('knows other names, and finds what is missing and where', async () => {
    const found = await findingsOf({
      'pyproject.toml':
        '[project]\nname = "shop"\ndependencies = [\n  "PyYAML",\n  "scikit-learn",\n  "Pillow",\n  "opencv-python",\n]\n',
      'shop/__init__.py': '',
      'shop/a.py':
        'import os\nimport yaml\nimport cv2\nfrom sklearn.svm import SVC\nfrom . import b\nfrom .b import c\nfrom .gone import d\nimport requests\ntry:\n    import simplejson\nexcept ImportError:\n    simplejson = None\nfrom shop import b\n',
      'shop/b.py': 'c = 1\n',
    });
    expect(found).toEqual([
      'error unresolved-import shop/a.py:7',
      'error missing-dependency shop/a.py:8',
      'warning unused-dependency pyproject.toml:6',
    ]);
  });

  it('compares nothing where nothing is declared', async () => {
    expect(await findingsOf({ 'a.py': 'import requests\n' }, true)).toEqual([]);
  });
});

describe('Go', () => {
  it('finds missing, unused and absent packages', async () => {
    const found = await findingsOf({
      'go.mod':
        'module example.com/shop\n\ngo 1.24\n\nrequire (\n\tgithub.com/a/used v1.0.0\n\tgithub.com/a/idle v1.0.0\n\tgithub.com/a/deep v1.0.0 // indirect\n)\n',
      'main.go':
        'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n\n\t"example.com/shop/cart"\n\t"example.com/shop/gone"\n\t"github.com/a/used/sub"\n\t"github.com/b/missing"\n)\n\nfunc main() { fmt.Println(http.Get, cart.A, gone.B, sub.C, missing.D) }\n',
      'cart/cart.go': 'package cart\n\nconst A = 1\n',
    });
    expect(found).toEqual([
      'error unresolved-import main.go:8',
      'error missing-dependency main.go:10',
      'warning unused-dependency go.mod:7',
    ]);
  });
});

describe('Rust', () => {
  it('finds absent modules and unused crates; a crate that may be a name is unsure', async () => {
    const files = {
      'Cargo.toml': '[package]\nname = "shop"\n\n[dependencies]\nserde-json = "1"\nidle = "1"\n',
      'src/main.rs':
        'mod cart;\nmod gone;\n#[cfg(test)]\nmod later;\nuse serde_json::Value;\nuse cart::Cart;\nuse nowhere::X;\nfn main() {}\n',
      'src/cart.rs': 'pub struct Cart;\n',
    };
    expect(await findingsOf(files)).toEqual([
      'error unresolved-import src/main.rs:2',
      'warning unused-dependency Cargo.toml:6',
    ]);
    expect(await findingsOf(files, true)).toContain('unsure missing-dependency src/main.rs:7');
  });
});
