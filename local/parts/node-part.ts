import { join } from 'node:path';

import type { Keeper } from '../process/keeper.ts';
import { startPart, type Part } from '../process/part.ts';
import { PROJECT_FOLDER } from '../settings.ts';

/** Starts one of the project's own programs with the same Node as this process. */
export function startNodePart(options: {
  readonly name: string;
  /** Relative to the project's folder. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logPath: string;
  readonly stopGraceMs: number;
  readonly keeper: Keeper;
}): Promise<Part> {
  const { entry, args = [], ...rest } = options;
  return startPart({
    ...rest,
    command: process.execPath,
    args: [join(PROJECT_FOLDER, entry), ...args],
    cwd: PROJECT_FOLDER,
    stopSignal: 'SIGTERM',
  });
}
