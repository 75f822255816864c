-- CreateTable
CREATE TABLE "Spending" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "speechSeconds" INTEGER NOT NULL DEFAULT 0,
    "unknownBills" INTEGER NOT NULL DEFAULT 0,
    "inputTokens" BIGINT NOT NULL DEFAULT 0,
    "outputTokens" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "Spending_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Spending_at_idx" ON "Spending"("at");

-- Notes what a change of one of the tables below has cost. Rows that are deleted stay paid for.
CREATE FUNCTION "noteSpending"(seconds integer, unknown integer, input bigint, output bigint) RETURNS void
LANGUAGE sql SET search_path FROM CURRENT AS $$
  INSERT INTO "Spending" ("speechSeconds", "unknownBills", "inputTokens", "outputTokens")
  SELECT seconds, unknown, input, output WHERE (seconds, unknown, input, output) <> (0, 0, 0, 0)
$$;

-- A transcript is written once: its row is changed only when another submission has replaced it.
CREATE FUNCTION "spendOnTranscript"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW."submissionId" IS DISTINCT FROM OLD."submissionId" THEN
    PERFORM "noteSpending"(COALESCE(NEW."billedSeconds", 0), num_nulls(NEW."billedSeconds"), 0, 0);
  END IF;
  RETURN NULL;
END
$$;

-- Zero seconds are those of a recording whose length is not known.
CREATE FUNCTION "spendOnOperation"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM "noteSpending"(COALESCE(NEW."secondsInVain", 0) - COALESCE(OLD."secondsInVain", 0),
    (NEW."secondsInVain" IS NOT DISTINCT FROM 0)::int - (OLD."secondsInVain" IS NOT DISTINCT FROM 0)::int, 0, 0);
  RETURN NULL;
END
$$;

-- The notes that an analysis was made from have been noted with their own rows.
CREATE FUNCTION "spendOnAnalysis"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM "noteSpending"(0, 0, NEW."inputTokens"::bigint - NEW."chunkInputTokens",
    NEW."outputTokens"::bigint - NEW."chunkOutputTokens");
  RETURN NULL;
END
$$;

CREATE FUNCTION "spendOnTokens"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM "noteSpending"(0, 0, NEW."inputTokens"::bigint - COALESCE(OLD."inputTokens", 0),
    NEW."outputTokens"::bigint - COALESCE(OLD."outputTokens", 0));
  RETURN NULL;
END
$$;

CREATE TRIGGER "spending" AFTER INSERT OR UPDATE OF "submissionId" ON "Transcript"
  FOR EACH ROW EXECUTE FUNCTION "spendOnTranscript"();
CREATE TRIGGER "spending" AFTER INSERT OR UPDATE OF "secondsInVain" ON "SpeechOperation"
  FOR EACH ROW EXECUTE FUNCTION "spendOnOperation"();
CREATE TRIGGER "spending" AFTER INSERT ON "CallAnalysis"
  FOR EACH ROW EXECUTE FUNCTION "spendOnAnalysis"();
CREATE TRIGGER "spending" AFTER INSERT ON "AnalysisChunk"
  FOR EACH ROW EXECUTE FUNCTION "spendOnTokens"();
CREATE TRIGGER "spending" AFTER INSERT OR UPDATE OF "inputTokens", "outputTokens" ON "AnalysisAttempt"
  FOR EACH ROW EXECUTE FUNCTION "spendOnTokens"();
