import type { FastifyInstance, FastifyServerOptions } from 'fastify';

// Headers fit into one packet, so a client that needs ten seconds for them is broken or hostile.
const HEADERS_TIMEOUT_MS = 10_000;

// The largest body has 64 KiB; in twenty seconds it arrives at 26 kbit/s, as slow as a modem.
const REQUEST_TIMEOUT_MS = 20_000;

// Longer than the slowest answer takes to begin: a reprocess that meets a slow database (6 s), a run
// that does not close (3 s) and a slow Temporal three times (5 s each). After that, a connection on
// which nothing moves has a reader that stopped reading; Node cuts it off after once or twice this time.
const SILENCE_TIMEOUT_MS = 30_000;

// Longer than a proxy keeps an idle connection (nginx 1 min, Caddy 2 min, Google's load balancers
// 10 min). The proxy has to be the one that closes it: otherwise it may send a request at the very
// moment at which the gateway hangs up, and its client gets a 502.
const KEEP_ALIVE_TIMEOUT_MS = 620_000;

// Node checks the first two limits only every so often, by default twice a minute.
const CHECK_INTERVAL_MS = 1_000;

// Far more than proxies keep open, and below the 1,024 files that a process may often have open.
const CONNECTIONS_AT_MOST = 900;

// A crowd of refused connections must not become a crowd of log lines.
const REFUSAL_LOG_INTERVAL_MS = 60_000;

/** How long a client may take, so that no connection stays for ever. For Fastify's constructor. */
export const CONNECTION_OPTIONS = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionTimeout: SILENCE_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  http: {
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    // Node would answer requests without one without a word; see access.ts.
    requireHostHeader: false,
  },
  // What is still open once the last requests have had their time.
  forceCloseConnections: true,
  // A request that arrives on an open connection meanwhile is answered like any other.
  return503OnClosing: false,
} as const satisfies FastifyServerOptions & { http: object };

/** Refuses connections beyond the limit, and says so in the log. */
export function limitConnections({ server, log }: FastifyInstance): void {
  server.maxConnections = CONNECTIONS_AT_MOST;
  let loggedAt = -Infinity;
  server.on('drop', () => {
    if (performance.now() - loggedAt < REFUSAL_LOG_INTERVAL_MS) return;
    loggedAt = performance.now();
    log.warn(
      { connections: CONNECTIONS_AT_MOST },
      'Connections are refused: as many as the gateway accepts are open.',
    );
  });
}

/**
 * Lets running requests finish when the server closes, for so many milliseconds. Then every connection is
 * cut, whatever its client is doing: half-sent requests and readers that stopped reading would
 * otherwise keep the process alive.
 */
export function finishRequestsOnClose(app: FastifyInstance, lastRequestsMs: number): void {
  let running = 0;
  let onIdle: () => void = () => undefined;

  app.addHook('onRequest', async (_request, reply) => {
    running += 1;
    // Emitted once for every response, also when the connection broke.
    reply.raw.once('close', () => {
      running -= 1;
      if (running === 0) onIdle();
    });
  });

  app.addHook('preClose', async () => {
    // Accepts no new connections, and ends the idle ones.
    app.server.close();
    if (running === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lastRequestsMs);
      onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  });
}
