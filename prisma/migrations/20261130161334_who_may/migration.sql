-- AlterTable
ALTER TABLE "processingLog" ADD COLUMN     "actor" TEXT;

-- CreateTable
CREATE TABLE "PaidReprocess" (
    "id" UUID NOT NULL,
    "callId" UUID NOT NULL,
    "actor" TEXT,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "PaidReprocess_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "HookDelivery" (
    "id" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "answer" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "HookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "PaidReprocess_callId_createdAt_idx" ON "PaidReprocess"("callId", "createdAt");

-- CreateIndex
CREATE INDEX "HookDelivery_createdAt_idx" ON "HookDelivery"("createdAt");

-- AddForeignKey
ALTER TABLE "PaidReprocess" ADD CONSTRAINT "PaidReprocess_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
