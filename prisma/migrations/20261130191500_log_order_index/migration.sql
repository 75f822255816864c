-- CreateIndex. Alone, so that it is built outside of a transaction and the log can be written meanwhile.
CREATE INDEX CONCURRENTLY "processingLog_transactionId_id_idx" ON "processingLog"("transactionId", "id");
