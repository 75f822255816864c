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
  {
    name: 'matchCompany stores what it found although another run has opened the call',
    file: 'src/activities/steps/match-company.ts',
    from: 'const current = await attempt.lockCall(call, tx);',
    to: 'const current = await calls.lock(call.id, tx);',
    test: 'test/faults/takeover.test.ts',
    title:
      'of matchCompany, held up after ConnectWise answered until another run had opened the call',
  },
  {
    name: 'archiveRecording stores what it copied although another run has opened the call',
    file: 'src/activities/steps/archive-recording.ts',
    from: 'const current = await attempt.lockCall(call, tx);',
    to: 'const current = await calls.lock(call.id, tx);',
    test: 'test/faults/takeover.test.ts',
    title:
      'of archiveRecording, held up after the recording was stored until another run had opened the call',
  },
  {
    name: 'transcribeRecording stores its transcript although another run has opened the call',
    file: 'src/activities/steps/transcribe-recording.ts',
    from: 'const { speechRecognition } = await attempt.lockCall(call, tx);',
    to: 'const { speechRecognition } = await calls.lock(call.id, tx);',
    test: 'test/faults/takeover.test.ts',
    title:
      'of transcribeRecording, held up after it read the result until another run had opened the call',
  },
  {
    name: 'a submission is reserved although another run has opened the call',
    file: 'src/activities/transcription/submission.ts',
    from: 'const current = await attempt.lockCall(call, tx);\n    const mayReuse',
    to: 'const current = await calls.lock(call.id, tx);\n    const mayReuse',
    test: 'test/faults/takeover.test.ts',
    title:
      'of transcribeRecording, held up before it reserved a submission until another run had opened the call',
  },
  {
    name: 'a transcription is submitted although another run has opened the call',
    file: 'src/activities/transcription/submission.ts',
    from: 'const current = await attempt.lockCall(call, tx);\n    if (current.speechSubmissionId !== submission.id) throw',
    to: 'const current = await calls.lock(call.id, tx);\n    if (current.speechSubmissionId !== submission.id) throw',
    test: 'test/faults/takeover.test.ts',
    title:
      'of transcribeRecording, held up after it found no operation until another run had opened the call',
  },
  {
    name: "an operation's name is stored although another run has opened the call",
    file: 'src/activities/transcription/google-operation.ts',
    from: 'const current = await attempt.lockCall(call, tx);\n    if (current.speechOperation !== null)',
    to: 'const current = await calls.lock(call.id, tx);\n    if (current.speechOperation !== null)',
    test: 'test/faults/takeover.test.ts',
    title:
      'of transcribeRecording, held up after it submitted until another run had opened the call',
  },
  {
    name: 'a branch that fails leaves the other branch at work',
    file: 'src/workflows/run-in-parallel.ts',
    from: 'scope.cancel();',
    to: '',
    test: 'test/workflows/parallel-pair.test.ts',
    title: 'when matchCompany expires, transcribeRecording is not attempted again',
  },
  {
    name: 'a walk takes the whole limit',
    file: 'src/repositories/request-queue.ts',
    from: "* interval '2 ms'",
    to: "* interval '1 ms'",
    test: 'test/clients/connectwise/limit.test.ts',
    title: 'gives a walk at most half of the limit',
  },
  {
    name: 'a failure names the whole URL that was asked',
    file: 'src/clients/shared/locate-failures.ts',
    from: 'return new URL(url).host;',
    to: 'return url;',
    test: 'test/clients/connectwise/failures.test.ts',
    title: 'gives up when no answer comes in time',
  },
  {
    name: 'an account without money counts as a rate limit',
    file: 'src/clients/language-model/errors.ts',
    from: "status === 402 || (status < 500 && said?.code === 'MODEL_PAYMENT_REQUIRED')",
    to: 'status === 402',
    test: 'test/errors/replies.test.ts',
    title: '429 from OpenAI, insufficient_quota',
  },
  {
    name: 'the explanation lists what a code may mean instead of what failed',
    file: 'src/domain/explanation.ts',
    from: "WHAT_FAILED[step].replace(/\\.$/, ' so far.'),\n    message,",
    to: "WHAT_FAILED[step].replace(/\\.$/, ' so far.'),\n    ERROR_CODES[code].meaning,",
    test: 'test/domain/explanation.test.ts',
    title: 'Storing failed: Cloud Storage answered 503',
  },
];
