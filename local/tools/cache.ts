import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { waitForLock } from '../process/lock.ts';
import type { Report, Tool } from './tool.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Our folder in the platform's cache, for files that can be fetched again; all clones share it. */
export function cacheFolder(env: Environment): string {
  const home = env['HOME'] || homedir();
  const caches =
    env['XDG_CACHE_HOME'] ||
    (process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache'));
  return join(caches, 'msp-call-processing');
}

/** The path of a tool's file once it has been fetched. */
function cachedPath(cache: string, tool: Tool): string {
  return join(cache, `${tool.binary}-${tool.version}`, tool.binary);
}

/** The path of a tool that was fetched before, or `null`. */
export function findInCache(cache: string, tool: Tool): string | null {
  const path = cachedPath(cache, tool);
  return existsSync(path) ? path : null;
}

/**
 * Fetches a tool into the cache unless it is there. Sources also leave other files behind (metadata, an
 * archive); only the tool's own file is kept.
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
 * Returns the path of a folder in the cache and fills it first if it does not exist: `kept` becomes the
 * folder, `work` is deleted afterwards. A lock keeps processes and clones from filling it at the same
 * time, and the folder appears under its name only when it is complete.
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
    // Left behind by a killed process; nobody else is filling the folder while we hold the lock.
    for (const entry of await readdir(cache)) {
      if (entry.startsWith(prefix)) await rm(join(cache, entry), { recursive: true, force: true });
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
