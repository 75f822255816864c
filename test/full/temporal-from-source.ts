import { execFile } from 'node:child_process';
import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cacheFolder, fillCacheFolder } from '../../local/tools/cache.ts';

const MODULE = 'go.temporal.io/server';

export type TemporalFromSource = {
  /** The folder that holds the programs `temporal-server` and `temporal-sql-tool`. */
  readonly binaries: string;
  /** What the image of the admin tools has as /etc/temporal/schema. */
  readonly schema: string;
};

/** There is no Go here, or nowhere to download Temporal from: nothing can be said about Temporal. */
export class CannotBuild extends Error {}

/**
 * Temporal's server and its tool for SQL in the version of the images, built by Go (1.25 or newer) and
 * kept in the user's cache folder. Takes about ten minutes the first time. Throws CannotBuild where the
 * machine lacks what that needs, or, unless TEMPORAL_FROM_SOURCE is set, where nothing is kept yet.
 */
export async function buildTemporal(version: string): Promise<TemporalFromSource> {
  const folder = await fillCacheFolder(
    cacheFolder(process.env),
    `temporal-server-${version}`,
    async (kept, work) => {
      // So many minutes are asked for, not taken.
      if (process.env['TEMPORAL_FROM_SOURCE'] === undefined) {
        throw new CannotBuild(
          'npm run test:compose builds Temporal first, which takes ten minutes',
        );
      }
      for (const [name, path] of [
        ['temporal-server', 'cmd/server'],
        ['temporal-sql-tool', 'cmd/tools/sql'],
      ] as const) {
        process.stderr.write(`Building ${name} ${version}, which takes minutes.\n`);
        await go(['install', `${MODULE}/${path}@v${version}`], { GOBIN: work });
        await rename(join(work, path.split('/').at(-1) ?? ''), join(kept, name));
      }
      const { stdout } = await go(['mod', 'download', '-json', `${MODULE}@v${version}`], {});
      const { Dir } = JSON.parse(stdout) as { Dir: string };
      // The module cache is read-only, and this copy has to be removable.
      await cp(join(Dir, 'schema'), join(kept, 'schema'), { recursive: true, mode: 0 });
    },
    (progress) => process.stderr.write(`Temporal from source: ${progress}\n`),
  );
  return { binaries: folder, schema: join(folder, 'schema') };
}

// What Go prints when it reaches no module proxy, or may not download a newer Go.
const NOT_DOWNLOADED = /dial tcp|i\/o timeout|unexpected status|module lookup disabled|toolchain/i;

async function go(args: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    return await promisify(execFile)('go', args, { env: { ...process.env, ...env } });
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT') throw new CannotBuild('Go (1.25 or newer) is not installed');
    if (NOT_DOWNLOADED.test(stderr)) {
      throw new CannotBuild(`Go cannot download Temporal: ${stderr.trim().split('\n').at(-1)}`);
    }
    throw error;
  }
}
