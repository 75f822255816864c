import type { FaultInput } from '../../sandbox/core/faults.ts';

/** How often each request reached the stand-ins, for instance `phoneSystem.recordings.get`. */
export type Hits = Readonly<Record<string, number>>;

export type SandboxClient = ReturnType<typeof createSandboxClient>;

/** A client of the sandbox's control plane. */
export function createSandboxClient(controlUrl: string) {
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }

  return {
    /** Scripts a fault for the requests to come. */
    fault: (fault: FaultInput) => ask('POST', '/faults', fault),
    clearFaults: () => ask('DELETE', '/faults'),
    /** All requests, whether they belonged to a call or not. */
    hits: () => ask('GET', '/hits') as Promise<{ readonly total: Hits }>,
    /** The requests that belonged to one call. */
    async hitsOf(callSid: string): Promise<Hits> {
      const { calls } = (await ask('GET', '/hits')) as { calls: Record<string, Hits> };
      return calls[callSid] ?? {};
    },
    /** The requests of every call. */
    async hitsByCall(): Promise<Readonly<Record<string, Hits>>> {
      return ((await ask('GET', '/hits')) as { calls: Record<string, Hits> }).calls;
    },
    /** Adds companies and contacts; see the sandbox's README for their form. */
    addConnectWise: (records: unknown) => ask('POST', '/connectwise', records),
    /** Adds a recording; see the sandbox's README for its form. */
    addRecording: (recording: unknown) => ask('POST', '/recordings', recording),
    objects: () =>
      ask('GET', '/objects') as Promise<{ name: string; sha256: string; generation: string }[]>,
    operations: () => ask('GET', '/operations') as Promise<{ name: string; callSid: string }[]>,
  };
}
