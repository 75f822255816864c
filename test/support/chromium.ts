import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where a browser is installed. Skips the test file, and says why, where none is (.ci/run installs it). */
export function chromiumOrSkip(context: Mocha.Context): string {
  const path = findChromium();
  if (path !== null) return path;
  console.log('      skipped: chromium is not installed (apt-get install chromium)');
  return context.skip();
}

/** A browser without a window. */
export function launchChromium(executablePath: string): Promise<Browser> {
  // Its own sandbox needs a user who is not root, and the pages here are ours.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** Where a browser is installed; `null` if none is. */
export function findChromium(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
