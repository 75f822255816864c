import type { Turn } from '../../domain/turns.ts';
import type { NotesStore } from './client.ts';

// Nobody said this: it is about no client, so that it may be sent to any model.
export const SHORT_CALL: readonly Turn[] = [
  turn('Caller', 'Hello, the printer in our office does not print any more.'),
  turn('Agent', 'I will look at it this afternoon. Please leave it switched on until then.'),
];

export function turn(speaker: string, text: string): Turn {
  return { speaker, startSeconds: 0, endSeconds: 0, text };
}

/** Notes are for calls that are read in parts, which these are not. */
export function keepNothing(): NotesStore {
  return {
    find: async () => null,
    save: async (_, notes) => notes,
    spend: () => undefined,
  };
}
