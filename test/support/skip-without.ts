import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Where Debian keeps servers, which is not on everybody's PATH. */
export const PROGRAM_ENV = { PATH: `${process.env['PATH']}:/usr/sbin` };

/** Programs that tests need, and the packages of Debian that have them. */
const PACKAGES = {
  lame: 'lame',
  openssl: 'openssl',
  pgbouncer: 'pgbouncer',
  prometheus: 'prometheus',
  promtool: 'prometheus',
};

/** Skips a test file, and says why, where a program is not installed (.ci/run installs all of them). */
export async function skipWithout(
  context: Mocha.Context,
  program: keyof typeof PACKAGES,
): Promise<void> {
  const { code } = await promisify(execFile)(program, ['--version'], { env: PROGRAM_ENV }).then(
    () => ({ code: 0 }),
    (error: { readonly code: unknown }) => error,
  );
  // Not every program knows the option; the system's own code says that there is none.
  if (code !== 'ENOENT') return;
  console.log(`      skipped: ${program} is not installed (apt-get install ${PACKAGES[program]})`);
  context.skip();
}
