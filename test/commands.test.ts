// The subcommands besides runs: keys, settings, models, doctor, stats, completion, scripted.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './support/monkey.ts';
import { createStage, says, scripted } from './support/stage.ts';

const key = 'sk-test-1234567890';

describe('keys', () => {
  it('stores a key that the provider takes, for its owner only, and never shows it', async () => {
    const stage = createStage();
    await stage.serve([says('Because.')], { key });
    delete stage.env['OPENAI_API_KEY'];
    const login = await stage.run(['login', 'openai'], { input: `${key}\n` });
    expect(login.code, login.stderr).toBe(0);
    const path = join(stage.home, 'config', 'keys.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const auth = await stage.run(['auth']);
    expect(auth.stdout).toMatch(/openai +sha256:[0-9a-f]{8} +.*keys\.json/);
    expect(login.stdout + login.stderr + auth.stdout + auth.stderr).not.toContain(key);
    expect((await stage.run([...scripted, '-p', 'why?'])).code).toBe(0);
    expect(stage.sessionLogs()).not.toContain(key);
    expect((await stage.run(['logout', 'openai'])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).not.toContain(key);
    expect((await stage.run([...scripted, '-p', 'why?'])).code).toBe(41);
  });

  it('stores nothing when the provider refuses the key', async () => {
    const stage = createStage();
    await stage.serve([says('never')], { key: 'another' });
    const login = await stage.run(['login', 'openai'], { input: key });
    expect(login.code).toBe(41);
    expect(login.stderr).toContain('Nothing was stored');
    expect(login.stderr).not.toContain(key);
    expect(existsSync(join(stage.home, 'config', 'keys.json'))).toBe(false);
  });

  it('stores nothing when the provider cannot be asked, unless told to', async () => {
    const stage = createStage();
    stage.env['OPENAI_BASE_URL'] = 'http://127.0.0.1:9/v1';
    const login = await stage.run(['login', 'openai'], { input: key });
    expect(login.code).toBe(1);
    expect(login.stderr).toContain('--no-check');
    expect((await stage.run(['login', 'openai', '--no-check'], { input: key })).code).toBe(0);
  });

  it('wants a key and a provider', async () => {
    const stage = createStage();
    expect((await stage.run(['login', 'openai'], { input: '\n' })).stderr).toContain('no key was given');
    expect((await stage.run(['login'])).code).toBe(2);
    expect((await stage.run(['auth'])).stdout).toContain('no keys');
  });

  it('says what is wrong with a damaged key file', async () => {
    const stage = createStage();
    stage.settings({});
    writeFileSync(join(stage.home, 'config', 'keys.json'), '{"version":1,"keys":');
    for (const args of [['auth'], ['models'], ['-m', 'openai/gpt-5', 'x y']]) {
      const run = await stage.run(args);
      expect(run.code, args.join(' ')).toBe(52);
      expect(run.stderr).toContain('keys.json');
    }
  });
});

describe('settings', () => {
  it('sets, gets and unsets', async () => {
    const stage = createStage();
    expect((await stage.run(['config', 'set', 'limits.maxTurns', '7'])).code).toBe(0);
    expect((await stage.run(['config', 'get', 'limits.maxTurns'])).stdout).toBe('7\n');
    expect((await stage.run(['config', 'set', 'model', 'openai/gpt-5'])).code).toBe(0);
    expect((await stage.run(['config', 'get', 'model'])).stdout).toBe('"openai/gpt-5"\n');
    expect((await stage.run(['config', 'unset', 'limits.maxTurns'])).code).toBe(0);
    expect((await stage.run(['config', 'get', 'limits.maxTurns'])).stdout).toBe('60\n');
    expect((await stage.run(['config', 'path'])).stdout.trim()).toBe(join(stage.home, 'config', 'settings.json'));
    expect(JSON.parse((await stage.run(['config', '--json'])).stdout)).toMatchObject({
      settings: { model: 'openai/gpt-5' },
    });
  });

  it.each([
    [['config', 'set', 'limits.maxTurns', 'many'], 52, 'limits.maxTurns'],
    [['config', 'set', 'limits.maxTruns', '3'], 2, 'limits.maxTurns'],
    [['config', 'set', 'modle', 'x'], 2, 'model'],
    [['config', 'set', 'permissions.mode', 'yes'], 52, 'permissions.mode'],
    [['config', 'get', 'limits.nothing'], 2, 'nothing'],
    [['config', 'put', 'x'], 2, 'get KEY'],
    [['config', 'set', 'model'], 2, 'set KEY VALUE'],
  ])('%j changes nothing and names what would be right', async (args, code, text) => {
    const stage = createStage();
    const run = await stage.run(args);
    expect(run.code, run.stderr).toBe(code);
    expect(run.stderr).toContain(text);
    expect(existsSync(join(stage.home, 'config', 'settings.json'))).toBe(false);
  });

  it('corrects a wrong value in the file', async () => {
    const stage = createStage();
    stage.settings({ limits: { maxTurns: 'many' }, model: 'a/b' });
    expect((await stage.run(['config', 'set', 'limits.maxTurns', '9'])).code).toBe(0);
    expect(JSON.parse((await stage.run(['config', '--json'])).stdout)).toMatchObject({
      settings: { model: 'a/b', limits: { maxTurns: 9 } },
    });
  });

  it('does not overwrite a settings file that is no JSON', async () => {
    const stage = createStage();
    stage.settings('{ broken');
    const run = await stage.run(['config', 'set', 'model', 'x/y']);
    expect(run.code).toBe(52);
    expect(readFileSync(join(stage.home, 'config', 'settings.json'), 'utf8')).toBe('{ broken');
  });
});

describe('looking around', () => {
  it('lists models as JSON, with prices and whether they can be used', async () => {
    const stage = createStage();
    stage.env['ANTHROPIC_API_KEY'] = key;
    const run = await stage.run(['models', '--json']);
    const { models } = JSON.parse(run.stdout) as { models: { provider: string; usable: boolean; price: unknown }[] };
    expect(models.length).toBeGreaterThan(3);
    expect(models.every((model) => model.provider === 'anthropic' && model.usable)).toBe(true);
    expect((await stage.run(['models', 'no-such-model'])).stdout).toContain('no');
  });

  it('doctor tells what works, and never a key', async () => {
    const stage = createStage();
    stage.env['ANTHROPIC_API_KEY'] = key;
    const run = await stage.run(['doctor', '--json']);
    expect(run.code).toBe(0);
    const findings = JSON.parse(run.stdout) as { what: string; state: string }[];
    expect(findings.map((finding) => finding.what)).toEqual([
      'node',
      'git',
      'sandbox',
      'settings',
      'models',
      'config',
      'state',
      'cache',
    ]);
    expect(run.stdout).not.toContain(key);
  });

  it('stats adds up what was spent', async () => {
    const stage = createStage();
    stage.settings({ prices: { 'openai/scripted': { input: 3, output: 15 } } });
    await stage.serve([{ reply: { text: 'Because.', usage: { input: 1000, output: 200 } } }]);
    await stage.run([...scripted, '-p', 'why?']);
    await stage.run([...scripted, '-p', 'why?']);
    expect(JSON.parse((await stage.run(['stats', '--json'])).stdout)).toMatchObject({
      total: { calls: 2, inputTokens: 2000, outputTokens: 400, costMicroUsd: 12_000 },
    });
    expect((await stage.run(['stats'])).stdout).toContain('total of 30 days: $0.012');
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a completion script for %s', async (shell) => {
    const stage = createStage();
    const run = await stage.run(['completion', shell]);
    expect(run.code).toBe(0);
    for (const word of ['undo', 'sessions', 'permission-mode']) expect(run.stdout).toContain(word);
    if (shell === 'bash' || shell === 'zsh') execFileSync('bash', ['-n'], { input: run.stdout });
  });

  it('completes commands, flags and their values in bash', async () => {
    const stage = createStage();
    const { stdout } = await stage.run(['completion', 'bash']);
    const complete = (words: string[]): string =>
      execFileSync(
        'bash',
        [
          '-c',
          `${stdout}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _monkey; echo "\${COMPREPLY[@]}"`,
        ],
        { encoding: 'utf8' },
      ).trim();
    expect(complete(['monkey', 'und'])).toBe('undo');
    expect(complete(['monkey', '--permission-mode', 'acc'])).toBe('acceptEdits');
    expect(complete(['monkey', 'undo', '--pre'])).toBe('--preview');
    expect(complete(['monkey', 'sessions', 'exp'])).toBe('export');
  });

  it('names the shells it knows', async () => {
    const run = await createStage().run(['completion', 'tcsh']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('powershell');
  });

  it.each(['undo', 'sessions', 'config', 'login', 'demo', 'scripted'])(
    '%s --help prints its own help',
    async (name) => {
      const run = await createStage().run([name, '--help']);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain(`monkey ${name}`);
    },
  );

  it('--help and --version answer, and help names every command', async () => {
    const stage = createStage();
    expect((await stage.run(['--version'])).stdout).toMatch(/^monkey \d+\.\d+\.\d+\n$/);
    const help = await stage.run(['--help']);
    for (const name of [
      'undo',
      'redo',
      'diff',
      'sessions',
      'models',
      'config',
      'doctor',
      'login',
      'logout',
      'auth',
      'stats',
      'completion',
      'demo',
      'scripted',
    ])
      expect(help.stdout).toContain(`  ${name} `);
  });
});

describe('monkey scripted', () => {
  it('serves a scenario to another monkey until it is interrupted, and ends with 1 after a mismatch', async () => {
    const stage = createStage();
    stage.write('s.yaml', 'name: mine\nturns:\n  - expect: { lastMessage: why }\n    reply: { text: Because. }\n');
    const server = stage.start(['scripted', 's.yaml', '--log']);
    await server.seen('monkey -m anthropic/scripted');
    const url = /on (http:\S+)/.exec(server.output())?.[1] ?? '';
    const env = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'any' };
    expect((await stage.run([...scripted, '-p', 'why?'], { env })).code).toBe(0);
    const wrong = await stage.run([...scripted, '-p', 'what?'], { env });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('lastMessage should contain');
    server.send('SIGINT');
    const ended = await server.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('NOT as expected');
  });

  it.each([
    ['name: x\nturns: []\n', 'turns'],
    ['name: x\nturns:\n  - rply: { text: hi }\n', 'rply'],
    ['name: [', 'not YAML'],
  ])('says what is wrong with a scenario', async (text, place) => {
    const stage = createStage();
    stage.write('s.yaml', text);
    const run = await stage.run(['scripted', 's.yaml']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('s.yaml');
    expect(run.stderr).toContain(place);
    expect((await stage.run(['scripted', 'missing.yaml'])).stderr).toContain('missing.yaml');
  });

  it('has the examples of the repository in order', async () => {
    const stage = createStage();
    const running = stage.start(['scripted', join(repositoryRoot, 'examples', 'scenarios', 'fix-a-bug.yaml')]);
    await running.seen('fix-a-bug: scripted model on');
    running.send('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });
});
