import type pg from 'pg';

import { requestCancel, type SessionKey } from './cancel-request.ts';
import { UtcClient } from './utc-client.ts';

/**
 * The class of connections whose transactions begin with these settings, and whose statements end
 * when nobody waits for them any more. Both hold where a connection pooler stands in between and
 * each transaction is given another session, which is why nothing is set for the session itself.
 */
export function clientWithLimits(settings: string): typeof UtcClient {
  return class LimitedClient extends UtcClient {
    #key: SessionKey | null = null;

    constructor(config?: pg.ClientConfig) {
      super(config);
      this.connection.on('backendKeyData', ({ processID, secretKey }: SessionKey) => {
        this.#key = { processID, secretKey };
      });
      const send: (...args: unknown[]) => unknown = super.query.bind(this);
      // The driver declares eight overloads of this method. A pool passes a callback; others await it.
      this.query = (query: unknown, ...rest: unknown[]): never => {
        const limited = beginning(query);
        const callback: unknown = rest.at(-1);
        const result =
          typeof callback === 'function'
            ? send(limited, ...rest.slice(0, -1), (error: unknown, answer: unknown) => {
                this.#endIfGivenUp(error, () => callback(error, answer));
              })
            : Promise.resolve(send(limited, ...rest)).catch(async (error: unknown) => {
                await new Promise<void>((resolve) => this.#endIfGivenUp(error, resolve));
                throw error;
              });
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above.
        return result as never;
      };
    }

    /**
     * Ends a statement whose answer was given up at the server too, where it would wait for its lock
     * on and on while other connections take its place. `passOn` comes afterwards, because it closes
     * the connection, and a pooler forgets the session then.
     */
    #endIfGivenUp(error: unknown, passOn: () => void): void {
      const isGivenUp = error instanceof Error && error.message === 'Query read timeout';
      if (isGivenUp && this.#key !== null) requestCancel(this, this.#key, passOn);
      else passOn();
    }
  };

  /** `BEGIN` takes the settings along, in one message and one round trip. */
  function beginning(query: unknown): unknown {
    const isBegin =
      typeof query === 'object' && query !== null && 'text' in query && query.text === 'BEGIN';
    return isBegin ? { ...query, text: `BEGIN; ${settings}` } : query;
  }
}
