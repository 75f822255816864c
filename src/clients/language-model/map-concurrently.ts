/**
 * Maps items, `concurrency` of them at once, and returns the results in the items' order. After a
 * failure no further item is started, but those in progress are awaited: they are paid for, so their
 * results may as well be kept. Then rejects with the first failure.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  let hasFailed = false;
  const runWorker = async () => {
    // All workers share one iterator: each takes what no other has taken.
    for (const [index, item] of waiting) {
      try {
        results[index] = await work(item, index);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
      if (hasFailed) return;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, runWorker));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results;
}
