import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { LocalRunError } from '../../local-run-error.ts';

const run = promisify(execFile);

/** How to run a PostgreSQL program, which refuses to run as root. */
export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
};

export type SystemUser = { readonly uid: number; readonly gid: number };

/**
 * The user that PostgreSQL runs as, because it refuses to run as root. `null` if this process is not
 * root: then PostgreSQL runs as the same user. For root it is the owner of an existing data folder,
 * otherwise the user "postgres", otherwise "nobody", which every system has.
 */
export async function systemUserFor(dataFolder: string): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(dataFolder).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(
      () => null,
    );
    if (ids !== null) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new LocalRunError(
    'PostgreSQL cannot be started as root, and this system has neither a user "postgres" nor "nobody": run this as an ordinary user, or set DATABASE_URL.',
  );
}

/**
 * Wraps a command so that it runs as the given user. That user cannot reach a clone in a folder that is
 * closed to others (/root, a private temporary folder), so there the program keeps one capability of
 * root, to enter any folder, by means of `setpriv` (util-linux).
 */
export async function launchAs(
  user: SystemUser | null,
  command: string,
  args: readonly string[],
  paths: readonly string[],
): Promise<Launch> {
  if (user === null) return { command, args };
  const reachable = await Promise.all(paths.map((path) => isReachable(path, user)));
  if (reachable.every(Boolean)) return { command, args, ...user };
  await run('setpriv', ['--version']).catch(() => {
    throw new LocalRunError(
      'PostgreSQL cannot be started: it refuses to run as root, and other users cannot enter this folder. Move the clone to a folder that others may enter, run this as an ordinary user, or set DATABASE_URL.',
    );
  });
  return {
    command: 'setpriv',
    args: [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      // Without it access(2), which initdb calls for its own files, would ignore the capability.
      '--securebits=+no_setuid_fixup',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      command,
      ...args,
    ],
  };
}

/** Whether the user may enter every folder above the path. */
async function isReachable(path: string, user: SystemUser): Promise<boolean> {
  const parent = dirname(path);
  if (parent === path) return true;
  const { mode, uid, gid } = await stat(parent);
  const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & execute) !== 0 && isReachable(parent, user);
}
