/** A guarantee taken out of the code, and the test that has to notice. */
export type Break = {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  readonly test: string;
  /** Part of the title of the test that has to fail. */
  readonly title: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** What the promise "lost, doubled, paid twice or wrong: never" hangs on. */
export const BREAKS: readonly Break[] = [
  {
    name: "the log's unique key is gone",
    file: 'prisma/migrations/20261122204938_init/migration.sql',
    from: 'CREATE UNIQUE INDEX "processingLog_runId_activityId_event_attempt_key"',
    to: 'CREATE INDEX "processingLog_runId_activityId_event_attempt_key"',
    test: 'test/repositories/repositories.test.ts',
    title: 'add a log row once for its key',
  },
  {
    name: "the operation's name is not kept before the first poll",
    file: 'src/activities/transcription/google-transcriber.ts',
    from: 'const kept = await keepOperation(operation);',
    to: 'const kept = operation;',
    test: 'test/service/crash.test.ts',
    title: 'pays neither for the transcription nor for noted parts again',
  },
  {
    name: 'a step is put into the map of parked steps after something was awaited',
    file: 'src/workflows/parking.ts',
    from: 'parked.set(step, failure);',
    to: 'await activities.recordFailure({ ...key, step, ...failure, expired: false });\n      parked.set(step, failure);',
    test: 'test/workflows/parking.test.ts',
    title: 'parks and goes on although the database cannot be told of either',
  },
  {
    name: 'a cancelled step is not awaited to its end',
    file: 'src/workflows/step-activities.ts',
    from: "cancellationType: 'WAIT_CANCELLATION_COMPLETED'",
    to: "cancellationType: 'TRY_CANCEL'",
    test: 'test/workflows/parking.test.ts',
    title: 'records CANCELLED at the first unfinished step, after what ran has ended',
  },
  {
    name: "the library's own retry of BatchRecognize is on",
    file: 'src/clients/speech/transport.ts',
    from: 'retry: { retryCodes: [] }, signal }',
    to: 'signal }',
    test: 'test/clients/speech/client.test.ts',
    title: 'sends a submission once',
  },
  {
    name: 'recordings are uploaded without ifGenerationMatch',
    file: 'src/clients/recording-store/upload.ts',
    from: 'preconditionOpts: { ifGenerationMatch: input.ifGenerationMatch },',
    to: '',
    test: 'test/clients/recording-store/client.test.ts',
    title: 'refuses other content under the same name',
  },
  {
    name: 'the analysis is written outside the transaction that completes the call',
    file: 'src/activities/steps/analyze-transcript.ts',
    from: `              runId: call.runId,
            },
            tx,
          );
          await log.create(`,
    to: `              runId: call.runId,
            },
          );
          await log.create(`,
    test: 'test/faults/atomicity.test.ts',
    title: 'whole or not at all: analyzeTranscript',
  },
  {
    name: 'a worker that is told to stop has no shutdownGraceTime',
    file: 'src/worker.ts',
    from: 'shutdownGraceTime: SHUTDOWN_GRACE,',
    to: '',
    test: 'test/faults/fault-table.test.ts',
    title: 'row 2: a worker told to stop under load',
    env: { FAULTS_SUITE: 'workers' },
  },
  {
    name: 'something slow is awaited inside a transaction',
    file: 'src/activities/steps/match-company.ts',
    from: "const now = await lockCall(calls, call, 'matchCompany', tx);",
    to: "const now = await lockCall(calls, call, 'matchCompany', tx);\n          await new Promise((resolve) => setTimeout(resolve, 1_500));",
    test: 'test/faults/fault-table.test.ts',
    title: 'every call that was mended is completed after a reprocess, and all invariants hold',
    env: { FAULTS_SUITE: 'outside' },
  },
];
