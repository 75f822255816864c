import { CancellationScope } from '@temporalio/workflow';

/**
 * Runs two branches in parallel. When one fails the other is cancelled, and both are awaited to their
 * end in any case: a run must not close, or continue as a new one, while a branch is still working.
 */
export async function runInParallel(
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> {
  const scope = new CancellationScope();
  const failures: unknown[] = [];
  await scope.run(() =>
    Promise.all(
      [first, second].map((branch) =>
        branch().catch((failure: unknown) => {
          failures.push(failure);
          scope.cancel();
        }),
      ),
    ),
  );
  // The first failure is the cause; a second one is the cancellation of the other branch.
  if (failures.length > 0) throw failures[0];
}
