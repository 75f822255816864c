-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "placeNote" JSONB;

-- CreateTable
CREATE TABLE "SpeechOperation" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "activityId" TEXT NOT NULL,
    "secondsInVain" INTEGER,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "SpeechOperation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SpeechOperation_runId_activityId_idx" ON "SpeechOperation"("runId", "activityId");

-- CreateIndex
CREATE UNIQUE INDEX "SpeechOperation_callId_name_key" ON "SpeechOperation"("callId", "name");

-- AddForeignKey
ALTER TABLE "SpeechOperation" ADD CONSTRAINT "SpeechOperation_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
