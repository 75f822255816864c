import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

type Info = NonNullable<ConstructorParameters<typeof MockActivityEnvironment>[0]>;

/**
 * Runs an activity as one attempt of it, without a server. Failing attempts are what many tests are
 * about, so the worker's warnings about them are left out. It has a minute, unless `info` says otherwise.
 */
export function attemptOf(info: Info = {}): MockActivityEnvironment {
  return new MockActivityEnvironment(
    { startToCloseTimeoutMs: 60_000, ...info },
    { logger: new DefaultLogger('ERROR') },
  );
}
