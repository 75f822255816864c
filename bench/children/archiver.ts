// Archives recordings, or pipes one, in a process that does nothing else.
import type { CallKey } from '../../src/domain/call.ts';
import { archiveAll, type Environment } from '../recordings/archive.ts';
import { pipe } from '../recordings/pipe.ts';

export type ArchiverJob = {
  readonly does: 'archive' | 'pipe';
  readonly environment: Environment;
  readonly keys: readonly CallKey[];
};

process.on('message', ({ id, job }: { id: number; job?: ArchiverJob }) => {
  if (job !== undefined) void run(id, job);
});

async function run(id: number, { does, environment, keys }: ArchiverJob): Promise<void> {
  try {
    const startedAt = performance.now();
    if (does === 'archive') await archiveAll(environment, keys);
    else for (const key of keys) await pipe(environment, key);
    process.send?.({ id, answer: (performance.now() - startedAt) / 1_000 });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

process.once('SIGTERM', () => process.exit(0));
// The probe lets go of the channel; here it is what jobs come through.
process.channel?.ref();
console.log('ready');
