import { status } from '@grpc/grpc-js';
import type { SandboxContext } from '../core/context.ts';
import { requestOf, type OperationStore, type StoredOperation } from './operation-store.ts';
import { v2, type FileResult } from './protocol.ts';
import { toDuration } from './result-forms.ts';
import { scriptedError } from './rpc-error.ts';
import { transcribeFile } from './transcribe-file.ts';

export type OperationRunner = {
  /** Ends the operation when it is due, whether or not anybody polls for it. */
  schedule(operation: StoredOperation): void;
  /** Resolves when nothing is being written any more. */
  stop(): Promise<void>;
};

type RunnerDeps = {
  readonly context: Pick<SandboxContext, 'storage' | 'samples'>;
  readonly store: OperationStore;
};

type Ending = Pick<NonNullable<StoredOperation['end']>, 'response' | 'error'>;

/** Runs operations; resumes those that were running when the sandbox stopped. */
export function createOperationRunner({ context, store }: RunnerDeps): OperationRunner {
  const timers = new Set<NodeJS.Timeout>();
  const finishing = new Set<Promise<void>>();

  function schedule(operation: StoredOperation): void {
    const remainingMs = Math.max(0, operation.finishesAtMs - Date.now());
    const timer = setTimeout(() => {
      timers.delete(timer);
      const done = finish(operation.name).finally(() => finishing.delete(done));
      finishing.add(done);
    }, remainingMs);
    timers.add(timer);
  }

  async function finish(name: string): Promise<void> {
    // Read again, because it may have been cancelled, lost or scripted since it was scheduled.
    const operation = store.find(name);
    if (operation === null || operation.end !== null) {
      return;
    }
    const ending = await endingOf(context, operation);
    store.end(name, { atMs: Date.now(), ...ending });
  }

  store
    .all()
    .filter((operation) => operation.end === null && !operation.lost)
    .forEach(schedule);

  return {
    schedule,
    async stop() {
      timers.forEach((timer) => {
        clearTimeout(timer);
      });
      await Promise.all(finishing);
    },
  };
}

async function endingOf(
  context: RunnerDeps['context'],
  operation: StoredOperation,
): Promise<Ending> {
  const { operationError } = operation.scripted;
  if (operationError?.code === 'OK') {
    // "Long-running operation had neither response nor error set": seen in practice.
    return { response: null, error: null };
  }
  if (operationError !== undefined) {
    const { code, message } = scriptedError(operationError.code, operationError.message);
    return { response: null, error: { code, message } };
  }
  try {
    return { response: await respond(context, operation), error: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    return {
      response: null,
      error: { code: status.INTERNAL, message: `The sandbox failed to transcribe: ${reason}` },
    };
  }
}

async function respond(
  context: RunnerDeps['context'],
  operation: StoredOperation,
): Promise<string> {
  const results: Record<string, FileResult> = {};
  let billedSeconds = 0;
  for (const file of requestOf(operation).files) {
    const transcription = await transcribeFile(context, operation, file);
    results[file.uri ?? ''] = transcription.result;
    billedSeconds += transcription.billedSeconds;
  }
  const totalBilledDuration = toDuration(billedSeconds);
  const bytes = v2.BatchRecognizeResponse.encode({ results, totalBilledDuration }).finish();
  return Buffer.from(bytes).toString('base64');
}
