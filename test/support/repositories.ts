import { createAnalysisAttemptRepository } from '../../src/repositories/analysis-attempt-repository.ts';
import { createAnalysisChunkRepository } from '../../src/repositories/analysis-chunk-repository.ts';
import { createCallAnalysisRepository } from '../../src/repositories/call-analysis-repository.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createCallWrites } from '../../src/repositories/call-writes.ts';
import { createCompanyRepository } from '../../src/repositories/company-repository.ts';
import type { Database } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { createSitePhoneRepository } from '../../src/repositories/site-phone-repository.ts';
import { createSpeechOperationRepository } from '../../src/repositories/speech-operation-repository.ts';
import { createTranscriptRepository } from '../../src/repositories/transcript-repository.ts';

/** A database and every repository over it, under the names by which activities know them. */
export function repositoriesOf(database: Database) {
  const { prisma } = database;
  return {
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
  };
}
