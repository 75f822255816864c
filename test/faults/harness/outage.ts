/** How a server or a connection goes away, and comes back. */
export type Outage = {
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
};

/**
 * Does something during an outage and ends it whatever comes of that, so that a test that fails
 * does not take those behind it along.
 */
export async function during<T>(outage: Outage, work: () => Promise<T>): Promise<T> {
  await outage.begin();
  try {
    return await work();
  } finally {
    await outage.end();
  }
}
