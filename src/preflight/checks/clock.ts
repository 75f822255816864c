import { fault, ok, warning, type Check } from '../check.ts';

// Google refuses tokens, and the gateway the deliveries of hooks, when clocks differ by minutes; a
// minute leaves room before that. Healthy clocks differ by milliseconds.
const TOLERATED_MS = 60_000;

// A header names whole seconds, so that on average half a second more has passed.
const HALF_A_SECOND_MS = 500;

// Half of what the check has, so that one server that hangs does not keep the others from counting.
const ANSWER_WITHIN_MS = 5_000;

// One server whose clock is wrong must not be believed against the others.
const ENOUGH_SERVERS = 2;

/** Whether the clock of this machine is right, by what several servers take the time to be. */
export function clockCheck(urls: readonly string[]): Check {
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  return {
    name: 'clock',
    async run(signal) {
      const told = await Promise.all(origins.map((origin) => aheadOf(origin, signal)));
      const differences = told.filter((ms) => ms !== null).toSorted((a, b) => a - b);
      const middle = differences[Math.floor((differences.length - 1) / 2)];
      if (middle === undefined || differences.length < ENOUGH_SERVERS) {
        return warning(
          `Too few of ${origins.length} servers told the time to compare it with.`,
          'Look at the other lines, and see that a time service such as chrony runs on this machine.',
        );
      }
      const seconds = Math.round(Math.abs(middle) / 1000);
      return Math.abs(middle) <= TOLERATED_MS
        ? ok(`It agrees with that of ${differences.length} servers.`)
        : fault(
            `It is ${seconds} seconds ${middle > 0 ? 'ahead' : 'behind'}, by the clocks of ${differences.length} servers.`,
            'Set it, and let a time service such as chrony keep it.',
          );
    },
  };
}

/** By how many milliseconds our clock is ahead of a server's; `null` if it does not tell the time. */
async function aheadOf(origin: string, signal: AbortSignal): Promise<number | null> {
  try {
    const sentAt = Date.now();
    // Without a key, and whatever it answers: the time stands in the headers of a refusal too.
    const { headers } = await fetch(origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    const date = Date.parse(headers.get('date') ?? '');
    return Number.isNaN(date) ? null : (sentAt + Date.now()) / 2 - (date + HALF_A_SECOND_MS);
  } catch {
    // A server that does not answer has a line of its own; it tells no time.
    signal.throwIfAborted();
    return null;
  }
}
