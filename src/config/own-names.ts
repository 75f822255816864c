import { gatewaySchema } from './gateway-schema.ts';
import { WORKER_NAMES } from './worker-schema.ts';

/** The names that our own schemas read, whichever process does and whichever provider transcribes. */
export const OWN_NAMES: readonly string[] = [
  ...new Set([...Object.keys(gatewaySchema.shape), ...WORKER_NAMES]),
];
