import { stat } from 'node:fs/promises';

import { fault, ok, type Check } from '../check.ts';

// The bit of a file's mode by which everybody on the machine may read it.
const READABLE_BY_ALL = 0o004;

/** Whether the file of the settings, with its keys, is kept from the other users of this machine. */
export function envFileCheck(path: string): Check {
  return {
    name: '.env file',
    async run() {
      const mode = await modeOf(path);
      if (mode === null) return ok('There is none: every setting comes from the environment.');
      return (mode & READABLE_BY_ALL) === 0
        ? ok('Not every user of this machine may read it.')
        : fault(
            'Every user of this machine may read it, and the keys in it.',
            'Run chmod 600 .env.',
          );
    },
  };
}

async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
