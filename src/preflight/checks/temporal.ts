import { ok, warning, type Check } from '../check.ts';

// Over a long weekend, people can still look up in the Web UI what became of Friday's calls.
const SHORTEST_RETENTION_DAYS = 3;

/** Whether Temporal answers and has the namespace, and how long that keeps closed runs. */
export function temporalCheck(temporal: { retentionDays(): Promise<number | null> }): Check {
  return {
    name: 'Temporal',
    remedies: {
      TEMPORAL_UNAVAILABLE:
        'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the TLS settings, and that this machine may reach the server.',
    },
    async run() {
      const days = await temporal.retentionDays();
      if (days === null) return ok('It answers and has the namespace.');
      return days >= SHORTEST_RETENTION_DAYS
        ? ok(`It answers, and the namespace keeps closed runs for ${daysOf(days)}.`)
        : warning(
            `The namespace keeps closed runs for only ${daysOf(days)}, after which the Web UI no longer shows how a call went.`,
            `Raise its retention to ${SHORTEST_RETENTION_DAYS} days or more; 30 are common.`,
          );
    },
  };
}

function daysOf(days: number): string {
  const rounded = Math.round(days * 10) / 10;
  return rounded === 1 ? 'one day' : `${rounded} days`;
}
