// Which environment variables a command gets to see: none that holds a secret, none that changes what is run.

const secretName =
  /(^|_)(API_?KEYS?|KEYS?|TOKENS?|PAT|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PWD_?FILE|CREDENTIALS?|CREDS|AUTH|AUTHORIZATION|COOKIES?|DSN|PRIVATE|SESSION_?ID)(_|$)/i;
const secretWord = /(APIKEY|ACCESSKEY|SECRETKEY|PASSWORD|AUTHTOKEN|ACCESSTOKEN|CREDENTIAL|SECRET|TOKEN)/i;
const secretFamily =
  /^(AWS|AZURE|ARM|GOOGLE_APPLICATION|GCP|GCLOUD|OPENAI|ANTHROPIC|GEMINI|COHERE|MISTRAL|GROQ|DEEPSEEK|XAI|OPENROUTER|TOGETHER|FIREWORKS|HF|HUGGINGFACE|REPLICATE|VAULT|OP|BW|DOCKER_AUTH|KUBECONFIG|STRIPE|TWILIO|SENTRY|VERCEL|NETLIFY|CLOUDFLARE|CF|MONKEY)(_|$)/i;
const secretValue =
  /(:\/\/[^/\s:@]*:[^/\s@]+@)|\b(sk|pk|rk)-[A-Za-z0-9_-]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_|\bglpat-|\bxox[abprs]-|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[A-Za-z0-9_-]{10,}\.eyJ/;

// These run code in every shell, interpreter or git that starts, or point git at another repository.
const codeName =
  /^(NODE_OPTIONS|NODE_CHANNEL_FD|NODE_V8_COVERAGE|BASH_ENV|ENV|PROMPT_COMMAND|PERL5OPT|PERL5LIB|RUBYOPT|PYTHONSTARTUP|LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|GIT_.*|EDITOR|VISUAL|npm_(?!config_registry$).*|BASH_FUNC_.*)$/i;
// Doors to other processes of the user.
const socketName =
  /^(SSH_.*|GPG_AGENT_INFO|DBUS_.*|XAUTHORITY|DISPLAY|WAYLAND_DISPLAY|TMUX.*|STY|DOCKER_HOST|VSCODE_.*)$/i;

/** Values every command gets: no colour, no pager, no prompt, no editor, no caches beside sources, no news about the tool itself. */
const fixed: Readonly<Record<string, string>> = {
  CI: '1',
  NO_COLOR: '1',
  TERM: 'dumb',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  MANPAGER: 'cat',
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  DEBIAN_FRONTEND: 'noninteractive',
  PYTHONDONTWRITEBYTECODE: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
  npm_config_progress: 'false',
  NO_UPDATE_NOTIFIER: '1',
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  DOTNET_NOLOGO: '1',
};

/**
 * What commands that only read get as well: git obeys no bare repository that lies about as plain files (whoever may write
 * files could make one whose configuration starts programs), and starts no program to watch files.
 */
export const readingEnvironment: Readonly<Record<string, string>> = {
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'safe.bareRepository',
  GIT_CONFIG_VALUE_0: 'explicit',
  GIT_CONFIG_KEY_1: 'core.fsmonitor',
  GIT_CONFIG_VALUE_1: 'false',
};

/** Name of the variable by which the processes of a command are found again, wherever they hid. */
export const commandMarkerName = 'MONKEY_CODER_COMMAND';

/** Whether a variable must not reach a command. */
export function isSecretVariable(name: string, value: string): boolean {
  if (name === 'PWD' || name === 'OLDPWD') return false;
  if (secretName.test(name) || secretWord.test(name) || secretFamily.test(name)) return true;
  return secretValue.test(value);
}

/** The environment for commands made from the user's: secrets, injected code and sockets taken out, fixed values put in. */
export function scrubEnvironment(base: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || isSecretVariable(name, value)) continue;
    if (codeName.test(name) || socketName.test(name)) continue;
    result[name] = value;
  }
  return { ...result, ...fixed };
}
