import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

import { PROJECT_FOLDER } from '../../local/settings.ts';

/** What the figures depend on, one thing a line. */
export function describeMachine(versions: readonly string[]): string[] {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  return [
    `${availableParallelism()} cores (${model}), ${gigabytes} GiB of memory, ${platform()} ${release()} on ${arch()}`,
    `Node.js ${process.version}`,
    ...versions,
    `load when it began: ${loadavg()[0]?.toFixed(1)} processes that want a core`,
    `commit ${commit()}`,
  ];
}

/** `unknown` where the project was not cloned, but copied. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: PROJECT_FOLDER, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ', with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
