import { CancellationScope } from '@temporalio/workflow';

/**
 * Runs two branches side by side and awaits both to their end in any case: a run must not close,
 * or begin again, over a branch that still works. When one fails the other is cancelled.
 */
export async function together(
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
  // The first failure is the cause; what follows is at most the other branch's cancellation.
  if (failures.length > 0) throw failures[0];
}
