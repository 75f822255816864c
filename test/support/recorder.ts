/** Something a client asked for, and the answer: the basis of the invariants. */
export type ClientOperation = {
  readonly kind: 'start' | 'reprocess' | 'signal' | 'cancel';
  readonly callSid: string;
  readonly invokedAt: Date;
  /**
   * `ok`: it was done. `fail`: it was refused and nothing was done. `info`: unknown, because no
   * answer came or because the gateway did not know either (5xx).
   */
  readonly outcome: 'ok' | 'fail' | 'info';
  /** The HTTP status, where there was one. */
  readonly status: number | null;
  /** The run that the answer named. */
  readonly runId: string | null;
};

type Answer = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
};

export type Recorder = ReturnType<typeof createRecorder>;

/** Keeps every client operation, in the order of the answers. */
export function createRecorder() {
  const operations: ClientOperation[] = [];

  /** Does one operation over HTTP and records it. `null` = no answer came. */
  async function viaHttp<T extends Answer>(
    kind: ClientOperation['kind'],
    callSid: string,
    ask: () => Promise<T>,
  ): Promise<T | null> {
    const invokedAt = new Date();
    const answer = await ask().catch(() => null);
    const { status = null, body } = answer ?? {};
    const runId = typeof body?.['runId'] === 'string' ? body['runId'] : null;
    const outcome = status === null || status >= 500 ? 'info' : status < 300 ? 'ok' : 'fail';
    operations.push({ kind, callSid, invokedAt, outcome, status, runId });
    return answer;
  }

  /** Does one operation with Temporal's client and records it. Returns whether it succeeded. */
  async function viaTemporal(
    kind: ClientOperation['kind'],
    callSid: string,
    ask: () => Promise<unknown>,
  ): Promise<boolean> {
    const invokedAt = new Date();
    const done = await ask().then(
      () => true,
      () => false,
    );
    // A signal to a closed run is refused, but a connection that broke says nothing.
    const outcome = done ? 'ok' : 'info';
    operations.push({ kind, callSid, invokedAt, outcome, status: null, runId: null });
    return done;
  }

  return { operations: operations as readonly ClientOperation[], viaHttp, viaTemporal };
}
