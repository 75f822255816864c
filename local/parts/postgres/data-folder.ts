import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { LocalRunError } from '../../local-run-error.ts';
import { POSTGRES_MAJOR, type PostgresBinaries } from './binaries.ts';
import { launchAs, type SystemUser } from './system-user.ts';

const run = promisify(execFile);

/**
 * Prepares the data folder: creates it if it does not exist, and throws a LocalRunError if PostgreSQL
 * could not use it. A new folder is created under a temporary name and then renamed, so a run that is
 * killed during `initdb` leaves no half-made folder behind.
 */
export async function prepareDataFolder(
  folder: string,
  binaries: PostgresBinaries,
  user: SystemUser | null,
): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new LocalRunError(
      `The database's folder ${folder} cannot be read (${error.code ?? error.message}): make your user its owner, or move it away and start again.`,
    );
  });
  if (files === null || files.length === 0) return createDataFolder(folder, binaries, user);

  const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (version === '' || !files.includes('global')) {
    throw new LocalRunError(
      `The database's folder ${folder} is not a complete PostgreSQL data folder: move it away (or delete it, if nothing in it matters) and start again.`,
    );
  }
  if (version !== POSTGRES_MAJOR) {
    throw new LocalRunError(
      `The database's folder ${folder} was made by PostgreSQL ${version}, but this project uses PostgreSQL ${POSTGRES_MAJOR}: dump it with the old version, or move it away and start again.`,
    );
  }
  await clearStalePidFile(folder);
  await closeOlderFolder(folder, binaries, user);
}

/** The password of the server's superuser `postgres`. The file is made with the data folder. */
export async function readPassword(folder: string): Promise<string> {
  return (await readFile(passwordFile(folder), 'utf8')).trim();
}

/** Beside the data folder, where PostgreSQL tolerates no files of others. */
function passwordFile(folder: string): string {
  return `${folder}.password`;
}

/** 128 bits, in letters and digits that need no quoting. */
function newPassword(): string {
  return randomBytes(16).toString('hex');
}

async function keepPassword(folder: string, password: string): Promise<void> {
  await rm(passwordFile(folder), { force: true });
  await writeFile(passwordFile(folder), `${password}\n`, { mode: 0o600, flag: 'wx' });
}

/**
 * Gives a password to the server of a folder that has none: folders of earlier versions let every user
 * of this machine in as superuser. The same when the file with the password is lost.
 */
async function closeOlderFolder(
  folder: string,
  binaries: PostgresBinaries,
  user: SystemUser | null,
): Promise<void> {
  const rulesFile = join(folder, 'pg_hba.conf');
  const rules = await readFile(rulesFile, 'utf8');
  const closed = rules.replaceAll(/^((?:local|host)\b.*\s)trust[ \t]*$/gm, '$1scram-sha-256');
  if (closed === rules && existsSync(passwordFile(folder))) return;
  const password = newPassword();
  try {
    await runAlone({ folder, binaries, user }, `ALTER ROLE postgres PASSWORD '${password}'`);
    await keepPassword(folder, password);
    await writeFile(rulesFile, closed);
  } catch (error) {
    throw new LocalRunError(
      `The database in ${folder} lets every user of this machine in, and could not be given a password: ${reasonOf(error)} Move the folder away (or delete it, if nothing in it matters) and start again.`,
    );
  }
}

/** Runs a statement on a server that is not running, as its superuser. */
async function runAlone(
  server: {
    readonly folder: string;
    readonly binaries: PostgresBinaries;
    readonly user: SystemUser | null;
  },
  statement: string,
): Promise<void> {
  const { folder, binaries, user } = server;
  const launch = await launchAs(
    user,
    binaries.postgres,
    // Without -j, a line is a statement.
    ['--single', '-D', folder, '-c', 'exit_on_error=on', 'postgres'],
    [join(folder, 'PG_VERSION'), binaries.postgres],
  );
  const running = run(launch.command, [...launch.args], {
    uid: launch.uid,
    gid: launch.gid,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    cwd: '/',
  });
  running.child.stdin?.end(`${statement}\n`);
  await running;
}

async function createDataFolder(
  folder: string,
  binaries: PostgresBinaries,
  user: SystemUser | null,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.new-`);
  const forInitdb = `${temporary}.password`;
  const password = newPassword();
  try {
    await writeFile(forInitdb, password, { mode: 0o600 });
    if (user !== null) {
      await chown(temporary, user.uid, user.gid);
      await chown(forInitdb, user.uid, user.gid);
    }
    const launch = await launchAs(
      user,
      binaries.initdb,
      [
        `--pgdata=${temporary}`,
        '--username=postgres',
        // Other users of this machine reach the loopback addresses too.
        '--auth=scram-sha-256',
        `--pwfile=${forInitdb}`,
        '--encoding=UTF8',
        // The same sort order on every platform, whatever locales are installed.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
      ],
      [temporary, binaries.initdb],
    );
    await run(launch.command, [...launch.args], {
      uid: launch.uid,
      gid: launch.gid,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      cwd: '/',
    });
    await keepPassword(folder, password);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw new LocalRunError(
      `PostgreSQL could not create its data folder ${folder}: ${reasonOf(error)} Free disk space, correct the folder's permissions, or set DATABASE_URL.`,
    );
  } finally {
    await rm(forInitdb, { force: true });
  }
}

/**
 * After a `kill -9` the file postmaster.pid stays behind. PostgreSQL copes with that unless another
 * process has been given the same pid since; then the file would block the start, so it is removed. A
 * server that is still running on the folder is not reused, because nobody knows how it was started.
 */
async function clearStalePidFile(folder: string): Promise<void> {
  const path = join(folder, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  if (stdout.includes(folder)) {
    throw new LocalRunError(
      `A PostgreSQL server (process ${pid}) already runs on ${folder}: stop it with "kill -INT ${pid}" and start again.`,
    );
  }
  await rm(path, { force: true });
}

function reasonOf(error: unknown): string {
  const text = (error as { stderr?: string }).stderr?.trim() || String(error);
  const line = text.split('\n').findLast((each) => /error|fatal|could not/i.test(each)) ?? text;
  return line.replace(/\.?$/, '.');
}
