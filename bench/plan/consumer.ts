import type { PlanPrisma, PlanTransaction } from './database.ts';
import type { Outside } from './outside.ts';

export type PlanJob = {
  readonly id: string;
  readonly callRecordingId: string;
};

/** Prisma's options of an interactive transaction; the plan gives none. */
export type PlanOptions = { readonly maxWait?: number; readonly timeout?: number };

/**
 * The consumer of the plan that this project began with: one interactive transaction around everything, the remote
 * work included. Its repositories take the transaction as their last argument, as it says.
 */
export function createConsumer(prisma: PlanPrisma, outside: Outside, options: PlanOptions) {
  return {
    process: (job: PlanJob) =>
      prisma.$transaction((tx) => processJob(repositoriesOn(tx), outside, job), options),
  };
}

type Data = Readonly<Record<string, unknown>>;
type Repositories = ReturnType<typeof repositoriesOn>;

function repositoriesOn(tx: PlanTransaction) {
  return {
    calls: {
      findByCallSid: (callSid: string) => tx.call.findUnique({ where: { callSid } }),
      create: (data: Data) => tx.call.create({ data }),
      update: (id: string, data: Data) => tx.call.update({ where: { id }, data }),
    },
    companies: {
      async findOrCreate(connectwiseId: string, name: string) {
        const found = await tx.company.findUnique({ where: { connectwiseId } });
        return found ?? (await tx.company.create({ data: { connectwiseId, name } }));
      },
    },
    analyses: { create: (data: Data) => tx.callAnalysis.create({ data }) },
    log: { create: (data: Data) => tx.processingLog.create({ data }) },
  };
}

async function processJob(db: Repositories, outside: Outside, job: PlanJob): Promise<string> {
  const { callRecordingId: callSid } = job;
  const existing = await db.calls.findByCallSid(callSid);
  if (existing?.callStatus === 'COMPLETED') {
    const message = `Skipped: Call SID ${callSid} already COMPLETED.`;
    await db.log.create({
      callId: existing.id,
      companyId: existing.companyId,
      status: 'LOG_INFO',
      message,
    });
    return existing.id;
  }
  const call =
    existing === null
      ? await db.calls.create({ callSid, startTime: new Date(), callStatus: 'PROCESSING' })
      : await db.calls.update(existing.id, { callStatus: 'PROCESSING' });
  const info = (message: string, more: Data = {}) =>
    db.log.create({ callId: call.id, status: 'LOG_INFO', message, ...more });
  await info(`Job ${job.id} started processing for Call ID: ${call.id}.`);
  try {
    await workOn(db, outside, { job, call, info });
    return call.id;
  } catch (error) {
    // As in the plan: inside the transaction that is rolled back, so neither of the two is ever seen.
    const message = `Processing FAILED: ${error instanceof Error ? error.message : String(error)}`;
    await db.calls.update(call.id, { callStatus: 'FAILED' }).catch(() => undefined);
    await db.log.create({ callId: call.id, status: 'LOG_ERROR', message }).catch(() => undefined);
    throw error;
  }
}

async function workOn(
  db: Repositories,
  outside: Outside,
  {
    job,
    call,
    info,
  }: {
    readonly job: PlanJob;
    readonly call: { readonly id: string; readonly startTime: Date };
    readonly info: (message: string, more?: Data) => Promise<unknown>;
  },
): Promise<void> {
  const { callRecordingId } = job;
  const { callAnalysisService } = outside;
  const recording = await outside.callRecordingService.fetchCallRecording(callRecordingId);
  await info('Recording data fetched.');
  const { data: audioBase64, mimetype: mimeType } = recording.data;

  const fileName = `call-recordings/${callRecordingId}.${mimeType.split('/')[1] ?? 'mp3'}`;
  const audio = Buffer.from(audioBase64, 'base64');
  const recordingUrl = await outside.storageService.uploadFile(fileName, audio, mimeType);
  await db.calls.update(call.id, { recordingUrl });
  await info(`Audio uploaded to ${recordingUrl}`);

  const transcript = await outside.transcriptionService.transcribeAudio(audioBase64, mimeType);
  await info('Transcription successful.');

  const number = await callAnalysisService.extractExternalPhoneNumber(recording.data);
  const found = await outside.connectwise.getCompanyByPhoneNumber(number);
  const company = await db.companies.findOrCreate(found.id, found.name);
  const companyId = company.id;
  await db.calls.update(call.id, { companyId });
  await info(`Company identified/created: ${company.name} (ID: ${companyId})`, { companyId });

  const prompt = `client_name: ${company.name}\nPhone Number: ${number}\nTranscript: ${transcript}`;
  const data = await callAnalysisService.analyzeTranscript(prompt);
  await info('Transcript analysis successful.', { companyId });

  const analysis = await db.analyses.create({ callId: call.id, companyId, data });
  await db.calls.update(call.id, { callAnalysisId: analysis.id });
  await info(`Call analysis saved. Analysis ID: ${analysis.id}`, {
    companyId,
    status: 'LOG_SUCCESS',
  });

  const endTime = new Date();
  const duration = Math.round((endTime.getTime() - call.startTime.getTime()) / 1_000);
  await db.calls.update(call.id, { endTime, duration, callStatus: 'COMPLETED' });
  await info(`Job ${job.id} processing COMPLETED.`, { companyId, status: 'LOG_SUCCESS' });
}
