import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

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
 * Fetches a tool into the cache unless it is there. Sources leave more than the one file (metadata,
 * an archive); only it is kept.
 */
export async function fetchIntoCache(
  cache: string,
  tool: Tool,
  fetchInto: (folder: string) => Promise<string>,
  report: Report,
): Promise<string> {
  const folder = `${tool.binary}-${tool.version}`;
  const fill = async (kept: string, work: string) => {
    await rename(await fetchInto(work), join(kept, tool.binary));
  };
  return join(await fillCacheFolder(cache, folder, fill, report), tool.binary);
}

/**
 * The path of a folder of the cache, which is filled unless it is there; `work` is a second folder,
 * which is thrown away. A lock keeps several processes and clones from doing so at once, and the
 * folder appears under its name only when it is whole.
 */
export async function fillCacheFolder(
  cache: string,
  name: string,
  fill: (kept: string, work: string) => Promise<void>,
  report: Report,
): Promise<string> {
  await mkdir(cache, { recursive: true });
  const lock = await waitForLock(join(cache, `${name}.lock`), () =>
    report('waiting for another process that is fetching it'),
  );
  try {
    const path = join(cache, name);
    if (existsSync(path)) return path;
    const prefix = `${name}.fetching-`;
    // What a process that was killed has left; nobody else is at it while we hold the lock.
    for (const left of await readdir(cache)) {
      if (left.startsWith(prefix)) await rm(join(cache, left), { recursive: true, force: true });
    }
    const temporary = await mkdtemp(join(cache, prefix));
    try {
      const work = join(temporary, 'work');
      const kept = join(temporary, 'kept');
      await mkdir(work);
      await mkdir(kept);
      await fill(kept, work);
      await rename(kept, path);
      return path;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}
