import { loadWorkerConfig } from '../../src/config.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { createTestDatabase } from './postgres.ts';
import { RIG_ENVIRONMENT } from './rig.ts';
import { startTemporarySandbox } from './temporary-sandbox.ts';

/**
 * What a worker finds around it, without a worker and without Temporal: a database and a sandbox of
 * the test's own, and the configuration that leads to them. Whatever is made from it goes on
 * `stack`, which the test has to dispose of.
 */
export async function startSurroundings(env: Readonly<Record<string, string>> = {}) {
  const stack = new AsyncDisposableStack();
  try {
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    const sandbox = await startTemporarySandbox(0);
    stack.defer(() => sandbox.stop());
    /** The configuration of a worker that has these variables as well. */
    const configWith = (more: Readonly<Record<string, string>>) =>
      loadWorkerConfig({
        ...RIG_ENVIRONMENT,
        ...sandboxEnvironment(sandbox.addresses),
        DATABASE_URL: testDatabase.url,
        ...env,
        ...more,
      });
    const config = configWith({});
    const database = stack.adopt(createDatabase(config.database), (opened) => opened.close());
    return { stack, sandbox: sandbox.client, database, config, configWith };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
