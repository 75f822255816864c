import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, rm, stat } from 'node:fs/promises';
import { basename, delimiter, join, relative } from 'node:path';
import { promisify } from 'node:util';

import { createContextFilter } from '../../support/build-context.ts';
import { readDockerfile, type Stage, stagesOf, WORKDIR } from '../../support/dockerfile.ts';

const ROOT = join(import.meta.dirname, '../../..');

// npm alone may list thousands of packages.
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;

export type Tree = {
  /** What the image has as /app. */
  readonly folder: string;
  readonly stage: Stage;
  /** The environment in which a container of it starts: the image's, with the base image's Node on PATH. */
  readonly env: Readonly<Record<string, string>>;
};

/**
 * Builds the files of one stage of the Dockerfile and of the stages that it needs, each in a folder of its own
 * below `folder`, by the instructions of the Dockerfile. Takes minutes. Instead of the base image there is this
 * machine with the Node of this process.
 */
export async function buildTree(name: string, folder: string): Promise<Tree> {
  const stages = new Map(stagesOf(readDockerfile()).map((stage) => [stage.name, stage]));
  const bin = join(folder, 'base', 'bin');
  await mkdir(bin, { recursive: true });
  // A copy that every user of the machine may run, wherever this repository lies.
  await copyFile(process.execPath, join(bin, 'node'));
  // npm comes from PATH and runs on that Node; nothing of this repository is on it.
  const elsewhere = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((each) => !each.startsWith(ROOT));
  const building = { ...process.env, PATH: [bin, ...elsewhere].join(delimiter) };
  const base = { PATH: [bin, '/usr/bin', '/bin'].join(delimiter) };

  const built = new Map<string, Promise<Tree>>();
  const build = (wanted: string): Promise<Tree> => {
    const stage = built.get(wanted) ?? buildStage(wanted);
    built.set(wanted, stage);
    return stage;
  };
  const buildStage = async (wanted: string): Promise<Tree> => {
    const stage = stages.get(wanted);
    if (stage === undefined) throw new Error(`The Dockerfile has no stage ${wanted}.`);
    const target = join(folder, wanted);
    await mkdir(target);
    const earlier = stages.has(stage.base) ? await build(stage.base) : null;
    if (earlier !== null) await linkAll(earlier.folder, target);
    const env = { ...(earlier?.env ?? base), ...stage.env };
    for (const step of stage.steps) {
      if (step.kind === 'run') {
        await promisify(execFile)('/bin/sh', ['-c', step.command], {
          cwd: target,
          // How npm reaches its registry is this machine's matter.
          env: { ...building, ...stage.env },
          maxBuffer: OUTPUT_MAX_BYTES,
        });
        continue;
      }
      const source = step.from === null ? null : (await build(step.from)).folder;
      for (const each of step.sources) {
        const to = (await isFolder(source, each))
          ? join(target, step.target)
          : join(target, step.target, basename(each));
        if (source === null) await copyContext(each, to);
        else await cp(join(source, relative(WORKDIR, each)), to, { recursive: true });
      }
    }
    return { folder: target, stage, env };
  };
  return build(name);
}

async function isFolder(stage: string | null, path: string): Promise<boolean> {
  const place = stage === null ? join(ROOT, path) : join(stage, relative(WORKDIR, path));
  return (await stat(place)).isDirectory();
}

async function copyContext(path: string, to: string): Promise<void> {
  const isHandedOver = createContextFilter();
  await cp(join(ROOT, path), to, {
    recursive: true,
    filter: (each) => isHandedOver(relative(ROOT, each)),
  });
}

/** A stage begins with all files of another. Hard links do, as steps replace files rather than write into them. */
async function linkAll(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-al', `${from}/.`, to]);
  // Except for this one, which npm writes into.
  const lock = 'node_modules/.package-lock.json';
  await rm(join(to, lock));
  await copyFile(join(from, lock), join(to, lock));
}
