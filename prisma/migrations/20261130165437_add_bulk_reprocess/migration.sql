-- CreateEnum
CREATE TYPE "BulkCallState" AS ENUM ('TO_DO', 'CLAIMED', 'REQUESTED', 'AWAITED', 'DONE', 'FAILED_AGAIN', 'MENDED', 'STOPPED');

-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "companyCandidates" JSONB;

-- CreateTable
CREATE TABLE "EarlierTranscript" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "segments" JSONB NOT NULL,
    "recognition" JSONB,
    "languageCode" TEXT,
    "model" TEXT NOT NULL,
    "billedSeconds" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "submissionId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "madeAt" TIMESTAMPTZ(6) NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EarlierTranscript_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BulkReprocess" (
    "id" UUID NOT NULL,
    "filter" JSONB NOT NULL,
    "redoFrom" TEXT,
    "reason" TEXT,
    "actor" TEXT,
    "ratePerSecond" DOUBLE PRECISION NOT NULL,
    "stoppedAt" TIMESTAMPTZ(6),
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "BulkReprocess_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BulkReprocessCall" (
    "id" UUID NOT NULL,
    "bulkId" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "wasStatus" "CallStatus" NOT NULL,
    "wasRunId" TEXT NOT NULL,
    "state" "BulkCallState" NOT NULL DEFAULT 'TO_DO',
    "code" TEXT,
    "claimedAt" TIMESTAMPTZ(6),
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "BulkReprocessCall_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "EarlierTranscript_callId_submissionId_key" ON "EarlierTranscript"("callId", "submissionId");

-- CreateIndex
CREATE INDEX "BulkReprocessCall_bulkId_state_position_idx" ON "BulkReprocessCall"("bulkId", "state", "position");

-- CreateIndex
CREATE INDEX "BulkReprocessCall_callId_state_idx" ON "BulkReprocessCall"("callId", "state");

-- CreateIndex
CREATE UNIQUE INDEX "BulkReprocessCall_bulkId_callId_key" ON "BulkReprocessCall"("bulkId", "callId");

-- AddForeignKey
ALTER TABLE "EarlierTranscript" ADD CONSTRAINT "EarlierTranscript_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BulkReprocessCall" ADD CONSTRAINT "BulkReprocessCall_bulkId_fkey" FOREIGN KEY ("bulkId") REFERENCES "BulkReprocess"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BulkReprocessCall" ADD CONSTRAINT "BulkReprocessCall_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
