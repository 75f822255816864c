import type { ServerFacts } from '../../repositories/preflight.ts';
import { fault, ok, type Check, type Verdict } from '../check.ts';

// The oldest version whose makers still mended it when this service was written.
const OLDEST_VERSION = 14;

/** Whether PostgreSQL answers, in a version that this service knows, and takes writes. */
export function databaseCheck(database: { server(): Promise<ServerFacts> }): Check {
  return {
    name: 'PostgreSQL',
    remedies: {
      DATABASE_UNAVAILABLE:
        'Check the host and the port in DATABASE_URL, and that this machine may reach them.',
    },
    run: async () => judgeServer(await database.server()),
  };
}

/** What the server's own words mean for the service. */
export function judgeServer({ version, isReadOnly }: ServerFacts): Verdict {
  if (version < OLDEST_VERSION) {
    return fault(`It is PostgreSQL ${version}.`, `Use PostgreSQL ${OLDEST_VERSION} or newer.`);
  }
  return isReadOnly
    ? fault(
        'It takes no writes: it is a replica, or set to read only.',
        'Point DATABASE_URL to the primary, and let it write.',
      )
    : ok(`Version ${version} answers and takes writes.`);
}
