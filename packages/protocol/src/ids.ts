// Prefixed, time-ordered ids such as `ses_0mg2k7x1-4f9a0c2d`.

/** What an id names. */
export type IdPrefix = 'ses' | 'run' | 'turn' | 'call' | 'snap' | 'chk' | 'res' | 'req';

/** Makes ids; its sources of time and randomness are arguments. */
export function createIdSource(now: () => number, random: () => number): (prefix: IdPrefix) => string {
  return (prefix) => {
    const time = now().toString(36).padStart(9, '0');
    const noise = Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
    return `${prefix}_${time}${noise}`;
  };
}
