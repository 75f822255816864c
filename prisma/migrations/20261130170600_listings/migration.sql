-- CreateTable
CREATE TABLE "CallDigest" (
    "callId" UUID NOT NULL,
    "startTime" TIMESTAMPTZ(6) NOT NULL,
    "language" TEXT NOT NULL,
    "document" tsvector NOT NULL,
    "category" TEXT,
    "priority" TEXT,
    "sentiment" TEXT,
    "followUp" BOOLEAN,
    "companyName" TEXT,
    "submissionId" TEXT,
    "callAnalysisId" UUID,

    CONSTRAINT "CallDigest_pkey" PRIMARY KEY ("callId")
);

-- CreateIndex
CREATE INDEX "CallDigest_document_idx" ON "CallDigest" USING GIN ("document");

-- CreateIndex
CREATE INDEX "CallDigest_language_idx" ON "CallDigest"("language");

-- CreateIndex
CREATE INDEX "CallDigest_startTime_callId_idx" ON "CallDigest"("startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_category_startTime_callId_idx" ON "CallDigest"("category", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_priority_startTime_callId_idx" ON "CallDigest"("priority", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_sentiment_startTime_callId_idx" ON "CallDigest"("sentiment", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_followUp_startTime_callId_idx" ON "CallDigest"("followUp", "startTime", "callId");

-- CreateIndex
CREATE INDEX "Call_startTime_id_idx" ON "Call"("startTime", "id");

-- CreateIndex
CREATE INDEX "Call_callStatus_startTime_id_idx" ON "Call"("callStatus", "startTime", "id");

-- CreateIndex
CREATE INDEX "Call_outcome_startTime_id_idx" ON "Call"("outcome", "startTime", "id");

-- CreateIndex
CREATE INDEX "Call_companyId_startTime_id_idx" ON "Call"("companyId", "startTime", "id");

-- CreateIndex
CREATE INDEX "Call_companyMatch_startTime_id_idx" ON "Call"("companyMatch", "startTime", "id");

-- CreateIndex
CREATE INDEX "Call_failedStep_startTime_id_idx" ON "Call"("failedStep", "startTime", "id");

-- CreateIndex
CREATE INDEX "Call_failureCode_startTime_id_idx" ON "Call"("failureCode", "startTime", "id");

-- CreateIndex
CREATE INDEX "Call_recordingSeconds_idx" ON "Call"("recordingSeconds");

-- CreateIndex
CREATE INDEX "Call_waitingSince_idx" ON "Call"("waitingSince");

-- AddForeignKey
ALTER TABLE "CallDigest" ADD CONSTRAINT "CallDigest_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AlterTable. Last, because its lock keeps readers out until the end, and those of the indexes only writers.
ALTER TABLE "Call" ADD COLUMN     "failedAt" TIMESTAMPTZ(6);
