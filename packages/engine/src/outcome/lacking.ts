// What a check lacks that no change to the files can give or take: dependencies that are not installed, and the network.
import type { Receipt } from '@monkey-coder/protocol';

/**
 * Dependencies that are not installed were not uninstalled by the change, and commands here usually have no network; only when it was
 * so before, too, does this excuse a failure.
 */
export function lacksWhatItNeeds(receipt: Receipt): boolean {
  return lacksNetwork(receipt) || missingDependency.test(receipt.tail);
}

const missingDependency =
  /Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|ModuleNotFoundError|No module named|no required module provides|could not find gem/i;

/** Whether it asked for the network in vain. */
export function lacksNetwork(receipt: Receipt): boolean {
  return /\b(?:EAI_AGAIN|ENETUNREACH|getaddrinfo ENOTFOUND)\b|Could not resolve host|(?:Temporary failure in|failed in) name resolution|Network is unreachable|dial tcp: lookup/i.test(
    receipt.tail,
  );
}

/** Whether nothing is lacking now that was not lacking before. */
export function lacksTheSame(now: Receipt, before: Receipt): boolean {
  if (!lacksWhatItNeeds(now) || !lacksWhatItNeeds(before)) return false;
  const [lacking, earlier] = [missingNames(now), missingNames(before)];
  return [...lacking].every((name) => earlier.has(name));
}

/** Of modules; of one that is named by a path its end, since the copies stand elsewhere. */
function missingNames({ tail }: Receipt): Set<string> {
  const found = tail.matchAll(
    /(?:Cannot find (?:module|package)|No module named|module provides package) ['"`]?([^'"`\s;:]+)/gi,
  );
  return new Set([...found].map(([, name = '']) => name.split('/').slice(-2).join('/')));
}
