import { readFileSync } from 'node:fs';

// node image/health.ts [COMMAND]
// The health check of the image: ends with code 0 if the container's program answers. Without COMMAND it looks which
// one runs. Programs that serve no HTTP are healthy as long as they run, which Docker sees by itself.

// Docker gives the check five seconds, some of which Node needs to start.
const ANSWER_WITHIN_MS = 3_000;

const SERVERS = [
  {
    names: ['gateway', 'src/server.ts'],
    url: `http://127.0.0.1:${process.env['PORT'] ?? '3000'}/healthz`,
  },
  { names: ['sandbox/main.ts'], url: 'http://127.0.0.1:4000/hits' },
] as const;

/** The arguments of the container's first process, which is the program or an init that has started it. */
function firstProcess(): string[] {
  return readFileSync('/proc/1/cmdline', 'utf8').split('\0');
}

const running = process.argv[2] === undefined ? firstProcess() : [process.argv[2]];
const server = SERVERS.find(({ names }) => names.some((name) => running.includes(name)));
if (server !== undefined) {
  const { ok, status } = await fetch(server.url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!ok) throw new Error(`${server.url} answered ${status}.`);
}
