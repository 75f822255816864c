-- CreateEnum
CREATE TYPE "CallStatus" AS ENUM ('PROCESSING', 'COMPLETED', 'FAILED');

-- CreateEnum
CREATE TYPE "CallOutcome" AS ENUM ('ANALYZED', 'NO_SPEECH');

-- CreateEnum
CREATE TYPE "CompanyMatch" AS ENUM ('MATCHED', 'AMBIGUOUS', 'UNKNOWN', 'WITHHELD', 'INTERNAL');

-- CreateEnum
CREATE TYPE "CallDirection" AS ENUM ('inbound', 'outbound', 'internal');

-- CreateEnum
CREATE TYPE "LogStatus" AS ENUM ('LOG_INFO', 'LOG_ERROR', 'LOG_SUCCESS');

-- CreateTable
CREATE TABLE "Company" (
    "id" UUID NOT NULL,
    "connectwiseId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "Company_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Call" (
    "id" UUID NOT NULL,
    "callSid" TEXT NOT NULL,
    "callStatus" "CallStatus" NOT NULL,
    "startTime" TIMESTAMPTZ(6) NOT NULL,
    "endTime" TIMESTAMPTZ(6),
    "duration" INTEGER,
    "recordgroup" TEXT NOT NULL,
    "recordid" TEXT NOT NULL,
    "outcome" "CallOutcome",
    "runId" TEXT NOT NULL,
    "transition" BIGINT NOT NULL,
    "recordingUrl" TEXT,
    "recordingGeneration" TEXT,
    "archiveRunId" TEXT,
    "recordedAt" TIMESTAMPTZ(6),
    "recordingSeconds" DECIMAL(12,3),
    "mimeType" TEXT,
    "audioCodec" TEXT,
    "audioChannels" INTEGER,
    "sampleRateHertz" INTEGER,
    "sizeBytes" BIGINT,
    "sha256" TEXT,
    "snumber" TEXT,
    "cnumber" TEXT,
    "dnumber" TEXT,
    "calleridInternal" TEXT,
    "speechSubmissionId" TEXT,
    "speechSubmissionRunId" TEXT,
    "speechSubmissionSha256" TEXT,
    "speechOperation" TEXT,
    "externalPhoneNumber" TEXT,
    "direction" "CallDirection",
    "companyMatch" "CompanyMatch",
    "matchRunId" TEXT,
    "companyId" UUID,
    "callAnalysisId" UUID,
    "failedStep" TEXT,
    "failureCode" TEXT,
    "failureMessage" TEXT,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "Call_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Transcript" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "segments" JSONB NOT NULL,
    "languageCode" TEXT,
    "model" TEXT NOT NULL,
    "billedSeconds" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "submissionId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "Transcript_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CallAnalysis" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "companyId" UUID,
    "data" JSONB NOT NULL,
    "model" TEXT NOT NULL,
    "promptVersion" TEXT NOT NULL,
    "inputTokens" INTEGER NOT NULL,
    "outputTokens" INTEGER NOT NULL,
    "submissionId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "CallAnalysis_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "processingLog" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "companyId" UUID,
    "status" "LogStatus" NOT NULL,
    "message" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "step" TEXT NOT NULL,
    "code" TEXT,
    "attempt" INTEGER NOT NULL,
    "runId" TEXT NOT NULL,
    "activityId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "processingLog_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Company_connectwiseId_key" ON "Company"("connectwiseId");

-- CreateIndex
CREATE UNIQUE INDEX "Call_callSid_key" ON "Call"("callSid");

-- CreateIndex
CREATE UNIQUE INDEX "Call_callAnalysisId_key" ON "Call"("callAnalysisId");

-- CreateIndex
CREATE INDEX "Call_callStatus_createdAt_idx" ON "Call"("callStatus", "createdAt");

-- CreateIndex
CREATE INDEX "Call_companyId_idx" ON "Call"("companyId");

-- CreateIndex
CREATE UNIQUE INDEX "Transcript_callId_key" ON "Transcript"("callId");

-- CreateIndex
CREATE INDEX "CallAnalysis_companyId_idx" ON "CallAnalysis"("companyId");

-- CreateIndex
CREATE UNIQUE INDEX "CallAnalysis_callId_runId_key" ON "CallAnalysis"("callId", "runId");

-- CreateIndex
CREATE INDEX "processingLog_callId_createdAt_idx" ON "processingLog"("callId", "createdAt");

-- CreateIndex
CREATE INDEX "processingLog_companyId_idx" ON "processingLog"("companyId");

-- CreateIndex
CREATE UNIQUE INDEX "processingLog_runId_activityId_event_attempt_key" ON "processingLog"("runId", "activityId", "event", "attempt");

-- AddForeignKey
ALTER TABLE "Call" ADD CONSTRAINT "Call_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Call" ADD CONSTRAINT "Call_callAnalysisId_fkey" FOREIGN KEY ("callAnalysisId") REFERENCES "CallAnalysis"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Transcript" ADD CONSTRAINT "Transcript_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CallAnalysis" ADD CONSTRAINT "CallAnalysis_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CallAnalysis" ADD CONSTRAINT "CallAnalysis_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processingLog" ADD CONSTRAINT "processingLog_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processingLog" ADD CONSTRAINT "processingLog_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company"("id") ON DELETE SET NULL ON UPDATE CASCADE;
