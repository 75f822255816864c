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
    file: 'src/activities/transcription/google-operation.ts',
    from: 'const current = await attempt.lockCall(call, tx);\n    if (current.speechSubmissionId !== submission.id) throw',
    to: 'const current = await calls.lock(call.id, tx);\n    if (current.speechSubmissionId !== submission.id) throw',
    test: 'test/faults/takeover.test.ts',
    title:
      'of transcribeRecording, held up after it found no result until another run had opened the call',
  },
  {
    name: "an operation's name is stored although another run has opened the call",
    file: 'src/activities/transcription/google-operation.ts',
    from: 'const current = await attempt.lockCall(call, tx);\n    const { runId, activityId } = attempt;\n    const key',
    to: 'const current = await calls.lock(call.id, tx);\n    const { runId, activityId } = attempt;\n    const key',
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
    from: "interval '2 ms')",
    to: "interval '1 ms')",
    test: 'test/clients/connectwise/limit.test.ts',
    title: 'gives a walk at most half of the limit',
  },
  {
    name: 'a step submits a recording as often as it is lost',
    file: 'src/activities/transcription/google-operation.ts',
    from: 'if (submissions >= MAX_SUBMISSIONS) {',
    to: 'if (submissions > MAX_SUBMISSIONS) {',
    test: 'test/activities/speech-submissions.test.ts',
    title: 'is lost three times, and then given up until a person asks',
  },
  {
    name: 'a lost submission does not count in the cost',
    file: 'src/activities/transcription/google-operation.ts',
    from: "code === 'SPEECH_OPERATION_LOST' ||",
    to: '',
    test: 'test/activities/speech-submissions.test.ts',
    title: 'is lost three times, and then given up until a person asks',
  },
  {
    name: 'a first transcription lists all operations of the project',
    file: 'src/activities/transcription/submission.ts',
    from: 'isAnnounced: false',
    to: 'isAnnounced: true',
    test: 'test/activities/speech-submissions.test.ts',
    title: 'for the first time lists no operations of the project',
  },
  {
    name: 'an attempt submits although another one has announced it',
    file: 'src/activities/transcription/google-operation.ts',
    from: 'if (current.speechRecognition !== null && !hasLooked)',
    to: 'if (false)',
    test: 'test/activities/speech-submissions.test.ts',
    title: 'is looked for by an attempt that was held up before it announced it, while another did',
  },
  {
    name: 'aborted work gives its place away before it has ended',
    file: 'src/clients/shared/places.ts',
    from: "signal.removeEventListener('abort', abort);",
    to: '',
    test: 'test/clients/shared/places.test.ts',
    title: 'stay taken until aborted work has really ended',
  },
  {
    name: 'a step that waits for a place uses up its time',
    file: 'src/activities/step/time-limit.ts',
    from: 'const begunAt = isWaiting ? attemptBegunAt :',
    to: 'const begunAt = isWaiting ? attempt.scheduledAt.getTime() :',
    test: 'test/activities/waiting-for-a-place.test.ts',
    title: 'has its time from the end of the wait on, and then fails for good',
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
  {
    name: 'a Temporal without an operator service stops the workers',
    file: 'src/clients/temporal/errors.ts',
    from: '[status.PERMISSION_DENIED, status.UNIMPLEMENTED]',
    to: '[status.PERMISSION_DENIED]',
    test: 'test/service/without-operator.test.ts',
    title: 'is answered UNIMPLEMENTED, and warns once of each',
  },
  {
    name: 'a worker takes calls although migrations are missing',
    file: 'src/process/database-at-start.ts',
    from: 'if (failure === null || failure.code !== OUTDATED) {',
    to: 'if (failure === null || failure.code !== null) {',
    test: 'test/process/database-at-start.test.ts',
    title: 'until the migration has run: a database that does not exist',
  },
  {
    name: 'lists and searches do not learn of a transcript',
    file: 'src/repositories/transcript-repository.ts',
    from: 'await refreshDigests([data.callId], tx);',
    to: '',
    test: 'test/activities/digests.test.ts',
    title: 'follows every step, the loss of a company, and the opening of another run',
  },
  {
    name: 'a page of a list goes on at the millisecond, not at the call',
    file: 'src/repositories/listing/statements.ts',
    from: ':SS.US"Z"',
    to: ':SS.MS000"Z"',
    test: 'test/api/listings.test.ts',
    title: 'tell of each call once, also when calls are added',
  },
];
