import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { waitForLock } from '../process/lock.ts';
import type { Report, Tool } from './tool.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder for what can be fetched again, where the platform keeps such; all clones share it. */
export function cacheFolder(env: Environment): string {
  const home = env['HOME'] || homedir();
  const caches =
    env['XDG_CACHE_HOME'] ||
    (process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache'));
  return join(caches, 'msp-call-processing');
}

/** Where the file of a tool lies once it has been fetched. */
function cachedPath(cache: string, tool: Tool): string {
  return join(cache, `${tool.binary}-${tool.version}`, tool.binary);
}

/** The path of a tool that was fetched before, or `null`. */
export function findInCache(cache: string, tool: Tool): string | null {
  const path = cachedPath(cache, tool);
  return existsSync(path) ? path : null;
}

/**
 * Fetches a tool into the cache unless it is there. A lock keeps several processes and clones from
 * doing so at once, and the folder appears under its name only when it is whole.
 */
export async function fetchIntoCache(
  cache: string,
  tool: Tool,
  fetchInto: (folder: string) => Promise<string>,
  report: Report,
): Promise<string> {
  await mkdir(cache, { recursive: true });
  const lock = await waitForLock(join(cache, `${tool.binary}.lock`), () =>
    report('waiting for another process that is fetching it'),
  );
  try {
    const present = findInCache(cache, tool);
    if (present !== null) return present;
    const prefix = `${tool.binary}.fetching-`;
    // What a process that was killed has left; nobody else is at it while we hold the lock.
    for (const name of await readdir(cache)) {
      if (name.startsWith(prefix)) await rm(join(cache, name), { recursive: true, force: true });
    }
    const temporary = await mkdtemp(join(cache, prefix));
    try {
      // Sources leave more than the one file (metadata, an archive); only it is kept.
      const work = join(temporary, 'work');
      const kept = join(temporary, 'kept');
      await mkdir(work);
      await mkdir(kept);
      await rename(await fetchInto(work), join(kept, tool.binary));
      const path = cachedPath(cache, tool);
      await rename(kept, dirname(path));
      return path;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}
