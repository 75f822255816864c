-- AlterTable
ALTER TABLE "processingLog" ADD COLUMN     "transactionId" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint;

-- CreateIndex
CREATE INDEX "processingLog_transactionId_id_idx" ON "processingLog"("transactionId", "id");
