// Ours: the service's activities and repositories, on clients that answer inside this process.
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Registry } from 'prom-client';

import { createActivities } from '../../src/activities/index.ts';
import { createTally } from '../../src/activities/tally.ts';
import { createEar } from '../../src/audio/ear/ear.ts';
import { createAttemptHistory } from '../../src/clients/temporal/attempt-history.ts';
import { createAnalysisAttemptRepository } from '../../src/repositories/analysis-attempt-repository.ts';
import { createAnalysisChunkRepository } from '../../src/repositories/analysis-chunk-repository.ts';
import { createCallAnalysisRepository } from '../../src/repositories/call-analysis-repository.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createCallWrites } from '../../src/repositories/call-writes.ts';
import { createCompanyRepository } from '../../src/repositories/company-repository.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { createRequestQueue } from '../../src/repositories/request-queue.ts';
import { createSitePhoneRepository } from '../../src/repositories/site-phone-repository.ts';
import { createSpeechOperationRepository } from '../../src/repositories/speech-operation-repository.ts';
import { createTranscriptRepository } from '../../src/repositories/transcript-repository.ts';
import { answeringConnectWise } from '../answers/connectwise.ts';
import { answeringLanguageModel } from '../answers/language-model.ts';
import { answeringPhoneSystem } from '../answers/phone-system.ts';
import { answeringRecordingStore } from '../answers/recording-store.ts';
import { answeringSpeech } from '../answers/speech.ts';
import { given, installRuntime, WORKER_SETTINGS } from './worker-settings.ts';

installRuntime(process.env['METRICS_ADDRESS']);
const connection = await NativeConnection.connect({ address: given('TEMPORAL_ADDRESS') });
const database = createDatabase({
  url: given('DATABASE_URL'),
  poolSize: Number(given('DATABASE_POOL_SIZE')),
});
const { prisma } = database;
const recordingStore = answeringRecordingStore();
const ear = createEar();
const worker = await Worker.create({
  ...WORKER_SETTINGS,
  connection,
  taskQueue: given('TASK_QUEUE'),
  workflowBundle: { codePath: given('WORKFLOW_BUNDLE') },
  activities: createActivities({
    database,
    calls: createCallRepository(prisma),
    callWrites: createCallWrites(database),
    companies: createCompanyRepository(prisma),
    sitePhones: createSitePhoneRepository(prisma),
    analyses: createCallAnalysisRepository(prisma),
    analysisAttempts: createAnalysisAttemptRepository(prisma),
    chunks: createAnalysisChunkRepository(prisma),
    transcripts: createTranscriptRepository(prisma),
    speechOperations: createSpeechOperationRepository(prisma),
    log: createProcessingLogRepository(prisma),
    tally: createTally(new Registry()),
    attemptHistory: createAttemptHistory(new Client({ connection })),
    phoneSystem: answeringPhoneSystem(),
    recordingIntegrity: 'strict',
    recordingStore,
    ear,
    speech: answeringSpeech(recordingStore, Number(given('OUTSIDE_MS'))),
    connectwise: answeringConnectWise(createRequestQueue(database, 'connectwise')),
    excludedCompanyIds: [],
    languageModel: answeringLanguageModel(),
    callerChannel: 1,
    numberRules: { region: 'GB', ownNumbers: ['+442079460000'], serviceNumbers: [] },
    reprocessWindowMs: 86_400_000,
  }),
});
console.log('ready');
await worker.run();
await ear.close();
await database.close();
await connection.close();
