/** A guarantee removed from the code, and the test that must notice. */
export type Break = {
  readonly name: string;
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly from: string;
  readonly to: string;
  readonly test: string;
  /** Part of the title of the test that must fail. */
  readonly title: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** The safeguards behind the promise that no call is lost, duplicated, paid for twice or wrong. */
export const BREAKS: readonly Break[] = [
  {
    name: "the log's unique key is missing",
    file: 'prisma/migrations/20261122204938_init/migration.sql',
    from: 'CREATE UNIQUE INDEX "processingLog_runId_activityId_event_attempt_key"',
    to: 'CREATE INDEX "processingLog_runId_activityId_event_attempt_key"',
    test: 'test/repositories/repositories.test.ts',
    title: 'add a log row once for its key',
  },
  {
    name: "the operation's name is not stored before the first poll",
    file: 'src/activities/transcription/google-transcriber.ts',
    from: 'const kept = await keepOperation(deps, job, operation);',
    to: 'const kept = operation;',
    test: 'test/service/crash.test.ts',
    title: 'pays for neither the transcription nor the finished parts again',
  },
  {
    name: 'a step enters the map of parked steps only after something was awaited',
    file: 'src/workflows/parking.ts',
    from: 'parked.set(step, failure);',
    to: 'await activities.recordFailure({ ...key, step, ...failure, expired: false });\n      parked.set(step, failure);',
    test: 'test/workflows/parking.test.ts',
    title: 'parks and resumes although neither can be recorded in the database',
  },
  {
    name: 'the end of a cancelled step is not awaited',
    file: 'src/workflows/step-activities.ts',
    from: "cancellationType: 'WAIT_CANCELLATION_COMPLETED'",
    to: "cancellationType: 'TRY_CANCEL'",
    test: 'test/workflows/parking.test.ts',
    title: 'records CANCELLED at the first unfinished step, once the running step has ended',
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
    from: 'preconditionOpts: { ifGenerationMatch: ABSENT },',
    to: '',
    test: 'test/clients/recording-store/client.test.ts',
    title: 'refuses other content under the same name',
  },
  {
    name: 'the analysis is written outside the transaction that completes the call',
    file: 'src/activities/steps/analyze-transcript.ts',
    from: 'const { id } = await analyses.findOrCreate(toRow(subject, analysis), tx);',
    to: 'const { id } = await analyses.findOrCreate(toRow(subject, analysis));',
    test: 'test/faults/atomicity.test.ts',
    title: 'completely or not at all: analyzeTranscript',
  },
  {
    name: 'a stopping worker has no shutdownGraceTime',
    file: 'src/worker.ts',
    from: 'shutdownGraceTime: SHUTDOWN_GRACE,',
    to: '',
    test: 'test/faults/fault-table.test.ts',
    title: 'row 2: a worker stopped under load',
    env: { FAULTS_SUITE: 'workers' },
  },
  {
    name: 'something slow is awaited inside a transaction',
    file: 'src/activities/steps/match-company.ts',
    from: 'const current = await attempt.lockCall(call, tx);',
    to: 'const current = await attempt.lockCall(call, tx);\n        await new Promise((resolve) => setTimeout(resolve, 1_500));',
    test: 'test/faults/fault-table.test.ts',
    title: 'every call whose cause was fixed completes after a reprocess, and all invariants hold',
    env: { FAULTS_SUITE: 'outside' },
  },
];
