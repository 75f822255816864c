import { parseApiKey, type ApiKey } from '../domain/api-key.ts';
import { list, text, wholeNumber } from './fields.ts';
import { isLoopback } from './loopback.ts';

const apiKeys = list
  .transform((items) => items.map(parseApiKey))
  .refine(
    (keys): keys is ApiKey[] => !keys.includes(null),
    'contains an item that is not of the form NAME:SCOPE+SCOPE:SHA256, as npm run api-key prints it',
  );

/** What every process reads that listens: the gateway, and a worker for its probes and metrics. */
export const listeningFields = {
  HOST: text.default('127.0.0.1'),
  API_KEYS: apiKeys.default([]),
  // A person mistypes a key a few times; a program that tries keys out does nothing else.
  FAILED_KEYS_PER_MINUTE: wholeNumber(0, 1_000_000).default(20),
};

/** Without keys a port is open to whoever reaches it, so only this machine may. For `refine`. */
export const openToThisMachineOnly = {
  check: ({ HOST, API_KEYS }: { readonly HOST: string; readonly API_KEYS: readonly unknown[] }) =>
    API_KEYS.length > 0 || isLoopback(HOST),
  params: {
    path: ['HOST'],
    error:
      'must be a loopback address, because there are no API_KEYS: create a key with npm run api-key -- NAME SCOPES and write its digest into API_KEYS',
    // Not only when everything else is right: all faults are told together.
    when: ({ value }: { readonly value: unknown }) => hasHostAndKeys(value),
  },
};

/** Whether HOST and API_KEYS are without a fault in a value that may have others. */
function hasHostAndKeys(value: unknown): boolean {
  const { HOST, API_KEYS }: Readonly<Record<string, unknown>> = Object(value);
  return typeof HOST === 'string' && Array.isArray(API_KEYS);
}
