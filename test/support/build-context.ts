import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import dockerignore from '@balena/dockerignore';

const ROOT = join(import.meta.dirname, '../..');

/** Whether Docker's client hands over a path of this repository, by .dockerignore. */
export function createContextFilter(): (path: string) => boolean {
  const ignore = dockerignore().add(readFileSync(join(ROOT, '.dockerignore'), 'utf8'));
  return (path) => !ignore.ignores(path);
}
