import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import { runReporting } from './run-reporting.ts';
import type { Report, Source } from './tool.ts';

/**
 * The package index of Python: it carries the same release and is reachable in many networks that
 * the makers' own host is not. Every platform's file is pinned by its hash.
 */
export const pipInstall: Source = {
  name: 'python3 -m pip',
  async fetch(tool, folder, report) {
    await installPackages(tool.requirements, folder, report);
    const path = join(folder, 'bin', tool.binary);
    await chmod(path, 0o755);
    return path;
  },
};

/**
 * Installs exactly the packages of a requirements file, and no other, into a folder. Nothing of them
 * is run: only wheels are taken.
 */
export function installPackages(
  requirements: string,
  folder: string,
  report: Report,
): Promise<void> {
  return runReporting(
    'python3',
    [
      '-m',
      'pip',
      'install',
      `--target=${folder}`,
      `--requirement=${requirements}`,
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
}
