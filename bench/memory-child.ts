import type { CallKey } from '../src/domain/call.ts';
import { archiveAll } from './recordings/archive.ts';

/** The cost of one fetch, inspection and upload. */
export type Measurement = {
  readonly sizeBytes: number;
  readonly seconds: number;
  readonly peakBytes: number;
};

/** The message to the child: the call and the sandbox's environment. */
export type Order = { readonly key: CallKey; readonly environment: Record<string, string> };

/** Archives one recording like the step archiveRecording, in a process that does nothing else. */
async function measure({ key, environment }: Order): Promise<Measurement> {
  const startedAt = performance.now();
  const sizeBytes = await archiveAll(environment, [key]);
  const seconds = (performance.now() - startedAt) / 1000;
  // The operating system's high-water mark, in kilobytes, which misses no peak, as sampling might.
  return { sizeBytes, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function answer(order: Order): Promise<void> {
  process.send?.(await measure(order));
  process.disconnect();
}

// A failure is an unhandled rejection, which ends this process and prints its cause.
process.once('message', (order: Order) => void answer(order));
