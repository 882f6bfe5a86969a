// Command lines that look as if they only read and do not, each tried in a real shell; and plain ones that stay free.
import { describe, expect, it } from 'vitest';
import { destructiveGit } from './git-commands.ts';
import { isReadOnlyCommand } from './read-only.ts';
import { readShell } from './shell-commands.ts';

const boundary = { root: '/work', addedFolders: [] };

describe('never read-only', () => {
  it.each([
    // The shell itself: variables it heeds, calculations, options, here-documents.
    'printf -v PATH . ; ls',
    'read PATH <<< . ; ls',
    'for PATH in .; do ls; done',
    "test -v 'a[$(touch pwned)]'",
    "[ -v 'a[$(touch pwned)]' ]",
    "read 'a[$(touch pwned)]' <<< 1",
    "wait -p 'a[$(touch pwned)]' -n",
    "x='b[$(touch pwned)]'; y=${a[x]}",
    "x='b[$(touch pwned)]'; y=${x:x}",
    "x='b[$(touch pwned)]'; y=${!x}",
    "x='b[$(touch pwned)]'; cat <<< ${a[x]}",
    "bash -c 'for i do touch pwned; done' x y",
    'bash ./evil -c ls',
    'bash --rcfile ./evil -ic ls',
    'cat <<EOF\nEO\\\nF\ntouch pwned\nEOF\n',
    'cat <<$(ls)\n$(ls)\ntouch pwned\n$(…)\n',
    'echo $(cat <<EOF)\ntouch pwned\nEOF\n',
    // Wrappers.
    "env --split='touch pwned'",
    'env -C / cat etc/passwd',
    '/usr/bin/time -o pwned ls',
    './env ls',
    '/bin/../ws/ls',
    'busybox rm -c ls',
    // Options behind another spelling.
    "sed -e p '--expression=1e touch pwned' f",
    "sed -n -e p '-e1e touch pwned' f",
    "sed -l p '1e touch pwned' f",
    "sed -n -e p -ne '1e touch pwned' f",
    'sort --outp=pwned f',
    'sort --ou pwned f',
    'sort --compress-p=./evil f',
    'sort {-o,pwned} f',
    'sort *',
    'uniq -- f -out',
    'find . {-delete,-print}',
    'git diff --outp=pwned',
    'git grep -lO./evil x',
    'git grep --open=./evil x',
    'git stash list --output=pwned',
    'git reflog show --output=pwned',
    'git cat-file --filters HEAD:f',
    'gawk \'BEGIN{f="sys" "tem"; @f("touch pwned")}\'',
    "gawk -opwned 'BEGIN{}'",
    'nm --plugin ./evil.so f',
    'yq --in-place . f',
    'date --se=x',
    // Programs that load what is called like a version.
    'make version',
    'node version',
    'bash version',
    'echo code | python3 -v',
    // Reading outside.
    'echo /etc/passwd | xargs cat',
    'xargs -a /etc/passwd echo',
    'xargs cat < list',
    "echo '--pre=./evil' | xargs rg x .",
    'awk \'BEGIN{ARGV[1]="/etc/pas" "swd";ARGC=2}{print}\'',
    'cut -c1- /srv/secret',
    'grep -eroot /srv/secret',
    'grep -of/srv/secret x',
    'rg --files /srv',
    'cat {/etc/passwd,f}',
    'cat .?/secret',
    'cat .*/secret',
    'command cd; cat .netrc',
    'eval cd; cat .netrc',
    'ps eww',
  ])('%j', (text) => {
    expect(isReadOnlyCommand(text, boundary)).toBe(false);
  });
});

describe('still read-only', () => {
  it.each([
    "bash -lc 'ls src'",
    'find . -name "*.ts" | grep -v test | sort | head -n 20 | xargs wc -l',
    'git ls-files | xargs wc -l',
    'git grep -l foo | xargs head -5',
    "sed -n -e '1,5p' a.txt",
    "sed -nE '/a/p' a.txt",
    "grep -rn '/api/users' src",
    'cut -d / -f 1 a.txt',
    'for f in *.js; do echo $f; done',
    '[ -f "$f" ] && echo yes',
    'cat <<EOF\nplain\nEOF\n',
    'timeout -k 1 5 ls',
    'cat .env*',
    'git diff --text a.js',
    'ps aux',
    'make --version',
    'y=${x:-a}; ls',
  ])('%j', (text) => {
    expect(isReadOnlyCommand(text, boundary)).toBe(true);
  });
});

it.each([
  'sudo --user root rm -rf x',
  'timeout --foreground 5 rm -rf x',
  'xargs -0n 1 rm -rf x',
  "bash -c -- 'rm -rf x'",
  'busybox rm -rf x',
])('the program behind %j is seen', (text) => {
  expect(readShell(text).commands.map((command) => command.name)).toContain('rm');
});

it.each(['reset --har', 'push --forc', 'push --mirr x'])('`git %s` is as destructive as the whole word', (text) => {
  expect(destructiveGit(text.split(' '))).toBeDefined();
});
