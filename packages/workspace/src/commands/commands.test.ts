// The pure parts of running commands: environment, terminal sequences, kept output.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAnsiStripper } from './ansi.ts';
import { isSecretVariable, scrubEnvironment } from './environment.ts';
import { OutputCollector } from './output-collector.ts';

describe('the environment of commands', () => {
  it('holds no secret, no injected code, no socket', () => {
    const secrets = {
      OPENAI_API_KEY: 'x',
      ANTHROPIC_AUTH_TOKEN: 'x',
      GITHUB_TOKEN: 'x',
      GH_PAT: 'x',
      NPM_TOKEN: 'x',
      AWS_PROFILE: 'x',
      DB_PASSWORD: 'x',
      PGPASSWORD: 'x',
      CLIENT_SECRET: 'x',
      DATABASE_URL: 'postgres://user:pass@host/db',
      SOMETHING: 'sk-abcdefghijklmnopqrstuvwxyz',
      OTHER: `ghp_${'a'.repeat(36)}`,
      MONKEY_HOME: '/x',
      SSH_AUTH_SOCK: '/x',
      NODE_OPTIONS: '--require /x',
      BASH_ENV: '/x',
      LD_PRELOAD: '/x',
      GIT_DIR: '/x',
      npm_config_userconfig: '/x',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x',
    };
    const kept = {
      PATH: '/bin',
      HOME: '/home/u',
      LANG: 'C',
      GOPATH: '/go',
      KEYBOARD: 'de',
      JAVA_HOME: '/j',
      MONKEYS: '3',
    };
    const result = scrubEnvironment({ ...secrets, ...kept, PAGER: 'less', CI: 'false' });
    expect(Object.keys(secrets).filter((name) => name in result)).toEqual([]);
    expect(result).toMatchObject({
      ...kept,
      PAGER: 'cat',
      CI: '1',
      NO_COLOR: '1',
      TERM: 'dumb',
      GIT_TERMINAL_PROMPT: '0',
      PYTHONDONTWRITEBYTECODE: '1',
      npm_config_update_notifier: 'false',
      npm_config_fund: 'false',
      npm_config_audit: 'false',
    });
    expect(isSecretVariable('PWD', '/home')).toBe(false);
  });
});

describe('removing terminal sequences', () => {
  it('is the same however the text is cut', () => {
    const text = 'a\u001b[1;31mred\u001b[0m\u001b]8;;https://x\u0007link\u001b]8;;\u001b\\ \u001b(B\u001b7end\n';
    const expected = 'aredlink end\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const strip = createAnsiStripper();
      expect(strip(text.slice(0, cut)) + strip(text.slice(cut))).toBe(expected);
    }
    const strip = createAnsiStripper();
    expect([...text].map(strip).join('')).toBe(expected);
  });

  it('does not hold text back for a sequence that never ends', () => {
    const strip = createAnsiStripper();
    expect(strip(`\u001b]${'x'.repeat(10_000)}`).length).toBeGreaterThan(9_000);
  });
});

describe('kept output', () => {
  it('is head and tail within the limit, the whole in the file, however it is cut', () => {
    const folder = mkdtempSync(join(tmpdir(), 'monkey-output-'));
    const whole = Array.from({ length: 3000 }, (_, index) => `zeile ${index} ä€😀\n`).join('');
    try {
      for (const size of [1, 7, 100, 5_000, whole.length]) {
        const collector = new OutputCollector(1_000, folder, `${size}`);
        const characters = [...whole];
        for (let at = 0; at < characters.length; at += size) collector.add(characters.slice(at, at + size).join(''));
        const { output, omittedBytes, outputFile } = collector.finish();
        const [head = '', tail = ''] = output.split(/\n\[… \d+ bytes omitted; [^\]]*…\]\n/);
        expect(whole.startsWith(head) && whole.endsWith(tail)).toBe(true);
        expect(Buffer.byteLength(head)).toBeGreaterThan(490);
        expect(Buffer.byteLength(tail)).toBeGreaterThan(490);
        expect(Buffer.byteLength(head) + Buffer.byteLength(tail)).toBeLessThanOrEqual(1_000);
        expect(Buffer.byteLength(head) + Buffer.byteLength(tail) + omittedBytes).toBe(Buffer.byteLength(whole));
        expect(readFileSync(outputFile ?? '', 'utf8')).toBe(whole);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('needs no file when everything fits', () => {
    const collector = new OutputCollector(1_000, '/nonexistent', 'x');
    collector.add('short\n');
    expect(collector.finish()).toEqual({ output: 'short\n', omittedBytes: 0 });
    const failing = new OutputCollector(10, '/dev/null', 'x');
    failing.add('longer than ten bytes\n');
    expect(failing.finish().outputFile).toBeUndefined();
    expect(failing.finish().omittedBytes).toBe(12);
  });
});
