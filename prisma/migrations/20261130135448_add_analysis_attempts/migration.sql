-- CreateTable
CREATE TABLE "AnalysisAttempt" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "runId" TEXT NOT NULL,
    "activityId" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "inputTokens" BIGINT NOT NULL DEFAULT 0,
    "outputTokens" BIGINT NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "AnalysisAttempt_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AnalysisAttempt_callId_idx" ON "AnalysisAttempt"("callId");

-- CreateIndex
CREATE UNIQUE INDEX "AnalysisAttempt_runId_activityId_attempt_key" ON "AnalysisAttempt"("runId", "activityId", "attempt");

-- AddForeignKey
ALTER TABLE "AnalysisAttempt" ADD CONSTRAINT "AnalysisAttempt_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
