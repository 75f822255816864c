import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import type { Report, Source, Tool } from './tool.ts';

const run = promisify(execFile);

// An unreachable host must not delay the other sources for long.
const ANSWER_WITHIN_MS = 5_000;
// 45 MB at 0.6 Mbit/s; over a slower line the CLI is better installed by hand.
const WHOLE_WITHIN_MS = 10 * 60_000;

/**
 * The official release of the Temporal CLI, checked against the SHA-256 that is published with it.
 * `releases` is the URL that has a folder for each version.
 */
export function officialDownload(
  releases = 'https://github.com/temporalio/cli/releases/download',
): Source {
  return {
    name: 'download of the official release',
    async fetch(tool, folder, report) {
      const archive = archiveName(tool);
      const base = `${releases}/v${tool.version}`;
      const expected = checksumOf(archive, await (await get(`${base}/checksums.txt`)).text());
      const path = join(folder, archive);
      const actual = await download(await get(`${base}/${archive}`), path, report);
      if (actual !== expected) throw new Error(`${archive} does not have the published checksum`);
      report('unpacking');
      await run('tar', ['-xzf', path, '-C', folder, tool.binary]);
      return join(folder, tool.binary);
    },
  };
}

/** The archive's name, by the release configuration of the Temporal CLI. */
function archiveName(tool: Tool): string {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (arch === undefined) throw new Error(`there is no release for ${process.arch} processors`);
  return `temporal_cli_${tool.version}_${process.platform}_${arch}.tar.gz`;
}

function checksumOf(file: string, list: string): string {
  const line = list.split('\n').find((each) => each.trim().endsWith(` ${file}`));
  const checksum = /^[0-9a-f]{64}/.exec(line ?? '')?.[0];
  if (checksum === undefined) throw new Error(`the release has no checksum for ${file}`);
  return checksum;
}

async function get(url: string): Promise<Response> {
  const host = new URL(url).host;
  const unanswered = new AbortController();
  const timer = setTimeout(() => unanswered.abort(), ANSWER_WITHIN_MS);
  try {
    const signal = AbortSignal.any([unanswered.signal, AbortSignal.timeout(WHOLE_WITHIN_MS)]);
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${host} answered ${response.status}`);
    return response;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (unanswered.signal.aborted || cause !== undefined) {
      throw new Error(`${host} cannot be reached${cause?.code ? ` (${cause.code})` : ''}`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Saves a reply to a file and reports the progress; resolves with its SHA-256. */
async function download(response: Response, path: string, report: Report): Promise<string> {
  if (response.body === null) throw new Error('the reply was empty');
  const total = Number(response.headers.get('content-length')) || null;
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      report(
        `downloading, ${megabytes(bytes)}${total === null ? '' : ` of ${megabytes(total)}`} MB`,
      );
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), measure, createWriteStream(path));
  return hash.digest('hex');
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1e6));
}
