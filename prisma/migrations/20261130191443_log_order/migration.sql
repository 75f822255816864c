-- AlterTable. The default is the same for all rows of before, so none of them is written anew.
ALTER TABLE "processingLog" ADD COLUMN     "transactionId" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint;
