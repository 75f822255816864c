import type pg from 'pg';

import { requestCancel, type SessionKey } from './cancel-request.ts';
import { UtcClient } from './utc-client.ts';

/**
 * A class of connections whose transactions begin with these settings, and whose statements are
 * cancelled once nobody waits for them. Both also work behind a connection pooler that gives each
 * transaction another session, so nothing is set on the session itself. Connections that are only being
 * opened when `closing` is aborted are given up: a server that does not answer would hold up the end of
 * the process for as long as opening may take.
 */
export function clientWithLimits(settings: string, closing: AbortSignal): typeof UtcClient {
  return class LimitedClient extends UtcClient {
    #key: SessionKey | null = null;

    constructor(config?: pg.ClientConfig) {
      super(config);
      this.connection.on('backendKeyData', ({ processID, secretKey }: SessionKey) => {
        this.#key = { processID, secretKey };
      });
      const giveUp = (): void => {
        this.connection.stream.destroy(new Error('The connection was closed before it was open.'));
      };
      closing.addEventListener('abort', giveUp, { once: true });
      for (const event of ['connect', 'end'] as const) {
        this.once(event, () => closing.removeEventListener('abort', giveUp));
      }
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
     * After a statement timed out here, cancels it at the server, where it would otherwise keep waiting
     * for its lock while other connections take its place. `passOn` is called afterwards, because it
     * closes the connection, and then a pooler no longer knows the session.
     */
    #endIfGivenUp(error: unknown, passOn: () => void): void {
      const isGivenUp = error instanceof Error && error.message === 'Query read timeout';
      if (isGivenUp && this.#key !== null) requestCancel(this, this.#key, passOn);
      else passOn();
    }
  };

  /** Sends the settings together with `BEGIN`, in one message and one round trip. */
  function beginning(query: unknown): unknown {
    const isBegin =
      typeof query === 'object' && query !== null && 'text' in query && query.text === 'BEGIN';
    return isBegin ? { ...query, text: `BEGIN; ${settings}` } : query;
  }
}
