// How long a vendor asks to wait: `retry-after-ms`, `retry-after` (RFC 9110: seconds or date), Google's RetryInfo, or words.
import type { JsonValue } from '@monkey-coder/protocol';
import { asList, asObject, asString } from './json-read.ts';

/**
 * Milliseconds to wait, or undefined. A date is taken against the response's own `date` header, so that no clock is read
 * and a wrong clock here does no harm.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  details: JsonValue | undefined,
  message: string,
): number | undefined {
  return (
    milliseconds(headers['retry-after-ms']) ??
    fromRetryAfter(headers['retry-after'], headers['date']) ??
    fromRetryInfo(details) ??
    fromWords(message)
  );
}

function milliseconds(value: string | undefined): number | undefined {
  const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) && number >= 0 ? Math.round(number) : undefined;
}

function fromRetryAfter(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, Math.round(seconds * 1000));
  const until = Date.parse(value);
  const from = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(until) || Number.isNaN(from) ? undefined : Math.max(0, until - from);
}

function fromRetryInfo(details: JsonValue | undefined): number | undefined {
  for (const detail of asList(details)) {
    const delay = /^([\d.]+)s$/.exec(asString(asObject(detail)?.['retryDelay']) ?? '');
    if (delay !== null) return Math.round(Number(delay[1]) * 1000);
  }
  return undefined;
}

/** `try again in 20s`, `1m2.5s`, `350ms`. */
function fromWords(message: string): number | undefined {
  const found = /(?:try again|retry) (?:in|after) (?:(\d+)m(?!s))?\s*(?:([\d.]+)\s?(ms|s\b|seconds?))?/i.exec(message);
  if (found === null || (found[1] === undefined && found[2] === undefined)) return undefined;
  const unit = found[3] === 'ms' ? 1 : 1000;
  return Math.round(Number(found[1] ?? 0) * 60_000 + Number((found[2] ?? '0').replace(/\.$/, '')) * unit);
}
