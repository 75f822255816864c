import pg from 'pg';

/** Builds the message that opens a session. The driver's types do not declare the method. */
type Startup = { getStartupConf(): Record<string, string> };
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above.
const ClientWithStartup = pg.Client as unknown as new (
  config?: pg.ClientConfig,
) => pg.Client & Startup;

/**
 * Prisma's adapter relies on these: it writes times without a zone and drops the zone of the times
 * that it reads. Servers, databases and roles may have other defaults. As startup parameters they
 * also work through connection poolers, because PgBouncer tracks both.
 */
const SESSION = { TimeZone: 'UTC', DateStyle: 'ISO' };

/** A connection whose session writes and reads all times in UTC. */
export class UtcClient extends ClientWithStartup {
  readonly #reported = new Map<string, string>();

  constructor(config?: pg.ClientConfig) {
    super(config);
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }: Report) => {
      this.#reported.set(parameterName, parameterValue);
    });
  }

  override getStartupConf(): Record<string, string> {
    return { ...super.getStartupConf(), ...SESSION };
  }

  /** Whether the server applied the settings; a pooler in front of it may have dropped them. */
  isUtc(): boolean {
    return (
      this.#reported.get('TimeZone') === SESSION.TimeZone &&
      this.#reported.get('DateStyle')?.startsWith(SESSION.DateStyle) === true
    );
  }
}

/**
 * A session that is not in UTC although UTC was requested. It has no `code`, because Prisma would
 * mistake that for one of its own.
 */
export class SessionNotUtcError extends Error {
  override readonly name = 'SessionNotUtcError';
}

/** PostgreSQL reports some settings of a session unasked, when it starts and when they change. */
type Report = { readonly parameterName: string; readonly parameterValue: string };
