// What a provider's rate limit headers say: how many requests and tokens are left, and when there are more.
//
// Read are `x-ratelimit-remaining-*` with `x-ratelimit-reset-*` (OpenAI, Groq, Mistral, xAI: a duration such as `6m0s` or
// `850ms`) and `anthropic-ratelimit-*-remaining` with `-reset` (a time as of RFC 3339).

interface Allowance {
  readonly remaining: number;
  /** Milliseconds since 1970. */
  readonly resetAt: number;
}

const tokenKinds = ['tokens', 'input-tokens'] as const;
const kinds = ['requests', ...tokenKinds] as const;
type Kind = (typeof kinds)[number];

/** What is left with one key. */
export class RateWindow {
  readonly #allowances = new Map<Kind, Allowance>();

  /** Learns from the headers of any answer, good or bad. Header names are lower case. */
  learn(headers: Readonly<Record<string, string>>, now: number): void {
    for (const kind of kinds) {
      const found = fromOpenAi(headers, kind, now) ?? fromAnthropic(headers, kind, now);
      if (found !== undefined) this.#allowances.set(kind, found);
    }
  }

  /** When a call of about so many tokens may be sent, `now` for at once (milliseconds since 1970). `tokens` is only asked when it matters. */
  freeAt(now: number, tokens: () => number): number {
    let at = now;
    for (const [kind, { remaining, resetAt }] of this.#allowances) {
      if (resetAt <= at) continue;
      const needed = kind === 'requests' ? 1 : tokens();
      if (remaining < needed) at = resetAt;
    }
    return at;
  }
}

function fromOpenAi(headers: Readonly<Record<string, string>>, kind: Kind, now: number): Allowance | undefined {
  const remaining = count(headers[`x-ratelimit-remaining-${kind}`]);
  const waitMs = durationMs(headers[`x-ratelimit-reset-${kind}`]);
  return remaining === undefined || waitMs === undefined ? undefined : { remaining, resetAt: now + waitMs };
}

/** The time of reset is taken against the answer's own `date`, so that a wrong clock here does no harm. */
function fromAnthropic(headers: Readonly<Record<string, string>>, kind: Kind, now: number): Allowance | undefined {
  const remaining = count(headers[`anthropic-ratelimit-${kind}-remaining`]);
  const resetAt = Date.parse(headers[`anthropic-ratelimit-${kind}-reset`] ?? '');
  if (remaining === undefined || Number.isNaN(resetAt)) return undefined;
  const theirNow = Date.parse(headers['date'] ?? '');
  return { remaining, resetAt: Number.isNaN(theirNow) ? resetAt : now + Math.max(0, resetAt - theirNow) };
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1h2m3.5s`, `850ms`, or a bare number of seconds. */
function durationMs(text: string | undefined): number | undefined {
  const value = text?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(value)) return undefined;
  const pieces = value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g);
  return Math.ceil([...pieces].reduce((sum, [, number, unit]) => sum + Number(number) * (unitMs[unit ?? ''] ?? 0), 0));
}
