/** How a server or a connection goes away, and comes back. */
export type Outage = {
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
};

/**
 * Does something during an outage, and ends the outage even if that fails: otherwise the tests
 * after it would fail as well.
 */
export async function during<T>(outage: Outage, work: () => Promise<T>): Promise<T> {
  await outage.begin();
  try {
    return await work();
  } finally {
    await outage.end();
  }
}
