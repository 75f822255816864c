/** What Temporal's SDK counts: a short request, or a long one, which is a poll. */
const COUNTER = /^temporal_(?<kind>request|long_request)\{(?<labels>.*)\} (?<value>\d+)$/;
const OPERATION = /operation="(?<name>\w+)"/;

/** How often a worker has asked Temporal for what, polls included; from its metrics. */
export async function requestsOfWorker(metricsAddress: string): Promise<Map<string, number>> {
  const reply = await fetch(`http://${metricsAddress}/metrics`);
  const requests = new Map<string, number>();
  for (const line of (await reply.text()).split('\n')) {
    const { labels = '', value = '' } = COUNTER.exec(line)?.groups ?? {};
    const name = OPERATION.exec(labels)?.groups?.['name'];
    if (name !== undefined) requests.set(name, (requests.get(name) ?? 0) + Number(value));
  }
  return requests;
}

/** What came to it since; what did not change is left out. */
export function since(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map(
    [...after]
      .map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
