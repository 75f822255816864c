-- AlterTable
ALTER TABLE "CallAnalysis" ADD COLUMN     "chunkInputTokens" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "chunkOutputTokens" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Transcript" ADD COLUMN     "priorSeconds" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "AnalysisChunk" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "runId" TEXT NOT NULL,
    "submissionId" TEXT NOT NULL,
    "promptVersion" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "inputSha256" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "inputTokens" INTEGER NOT NULL,
    "outputTokens" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "AnalysisChunk_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AnalysisChunk_callId_runId_submissionId_promptVersion_model_key" ON "AnalysisChunk"("callId", "runId", "submissionId", "promptVersion", "model", "index", "inputSha256");

-- AddForeignKey
ALTER TABLE "AnalysisChunk" ADD CONSTRAINT "AnalysisChunk_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
