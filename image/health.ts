import { readFileSync } from 'node:fs';

// node image/health.ts [COMMAND [PORT]]
// The health check of the image: ends with code 0 if the container's program answers. Without COMMAND it looks which
// one runs. Programs that serve no HTTP are healthy as long as they run, which Docker sees by itself.

// Docker gives the check five seconds, some of which Node needs to start.
const ANSWER_WITHIN_MS = 3_000;

const SERVERS = [
  { names: ['gateway', 'src/server.ts'], port: process.env['PORT'] ?? '3000', path: '/healthz' },
  {
    names: ['worker', 'src/worker.ts'],
    port: process.env['METRICS_PORT'] ?? '9464',
    path: '/healthz',
  },
  { names: ['sandbox', 'sandbox/main.ts'], port: '4000', path: '/hits' },
] as const;

/** The arguments of the container's first process, which is the program or an init that has started it. */
function firstProcess(): string[] {
  return readFileSync('/proc/1/cmdline', 'utf8').split('\0');
}

const [, , command, port] = process.argv;
const running = command === undefined ? firstProcess() : [command];
const server = SERVERS.find(({ names }) => names.some((name) => running.includes(name)));
if (server !== undefined) {
  const url = `http://127.0.0.1:${port ?? server.port}${server.path}`;
  const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!ok) throw new Error(`${url} answered ${status}.`);
}
