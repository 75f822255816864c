import type { Keeper } from '../process/keeper.ts';
import type { Part } from '../process/part.ts';
import { startNodePart } from './node-part.ts';
import { untilPart } from '../process/until-part.ts';

type ServiceOptions = {
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  readonly keeper: Keeper;
};

// What the worker logs, at the level info, once it polls.
const WORKER_READY = 'The worker takes calls.';
const LEVELS_WITHOUT_IT = new Set(['warn', 'error', 'fatal', 'silent']);

/** Starts the worker; resolves when it polls for calls. */
export async function startWorkerPart(options: ServiceOptions): Promise<Part> {
  const part = await startNodePart({
    ...options,
    name: 'worker',
    entry: 'src/worker.ts',
    // The worker gives its steps 25 seconds to finish or be handed over.
    stopGraceMs: 35_000,
  });
  const isSilent = LEVELS_WITHOUT_IT.has(options.env['LOG_LEVEL'] ?? 'info');
  if (!isSilent) {
    await untilPart(part, async () =>
      part.lastLines(50).some((line) => line.includes(WORKER_READY)) ? true : null,
    );
  }
  return part;
}

/** Starts the gateway; resolves when it answers. */
export async function startGatewayPart(
  options: ServiceOptions & { readonly url: string },
): Promise<Part> {
  const { url, ...rest } = options;
  const part = await startNodePart({
    ...rest,
    name: 'gateway',
    entry: 'src/server.ts',
    // Requests take milliseconds; ten seconds allow for one that waits for a busy database.
    stopGraceMs: 10_000,
  });
  await untilPart(part, async () =>
    fetch(`${url}/healthz`).then(
      (response) => (response.ok ? true : null),
      () => null,
    ),
  );
  return part;
}
