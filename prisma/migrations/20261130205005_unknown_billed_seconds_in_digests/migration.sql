-- AlterTable. The default is the same for all rows of before, so none of them is written anew.
ALTER TABLE "CallDigest" ADD COLUMN     "unknownBills" INTEGER NOT NULL DEFAULT 0;

-- The functions of the migration `listings` that write digests, with the new column. A transcript with an unknown part
-- adds nothing to "speechSeconds", as before.

CREATE OR REPLACE FUNCTION "makeCallDigests"(calls uuid[]) RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
  WITH made AS MATERIALIZED (
    SELECT c.id, c."startTime", c."callStatus", c."outcome", c."companyMatch", c."companyId", c."failedStep",
      c."failureCode", c."waitingSince" IS NOT NULL, c."recordingSeconds", c."duration", s.*, t.*,
      (SELECT count(*) FROM "Transcript" b WHERE b."callId" = c.id
        AND (b."billedSeconds" IS NULL OR b."priorSeconds" IS NULL))::int
    FROM "Call" c, "callSpending"(c.id) s, "callTexts"(c.id) t WHERE c.id = ANY(calls)
  )
  INSERT INTO "CallDigest" AS d ("callId", "startTime", "callStatus", "outcome", "companyMatch", "companyId",
    "failedStep", "failureCode", "isWaiting", "recordingSeconds", "duration", "speechSeconds", "inputTokens",
    "outputTokens", "paidInVain", "language", "document", "category", "priority", "sentiment", "followUp",
    "companyName", "submissionId", "callAnalysisId", "unknownBills")
  SELECT * FROM made
  ON CONFLICT ("callId") DO UPDATE SET ("startTime", "callStatus", "outcome", "companyMatch", "companyId",
    "failedStep", "failureCode", "isWaiting", "recordingSeconds", "duration", "speechSeconds", "inputTokens",
    "outputTokens", "paidInVain", "language", "document", "category", "priority", "sentiment", "followUp",
    "companyName", "submissionId", "callAnalysisId", "unknownBills")
  = (EXCLUDED."startTime", EXCLUDED."callStatus", EXCLUDED."outcome", EXCLUDED."companyMatch",
    EXCLUDED."companyId", EXCLUDED."failedStep", EXCLUDED."failureCode", EXCLUDED."isWaiting",
    EXCLUDED."recordingSeconds", EXCLUDED."duration", EXCLUDED."speechSeconds", EXCLUDED."inputTokens",
    EXCLUDED."outputTokens", EXCLUDED."paidInVain", EXCLUDED."language", EXCLUDED."document",
    EXCLUDED."category", EXCLUDED."priority", EXCLUDED."sentiment", EXCLUDED."followUp",
    EXCLUDED."companyName", EXCLUDED."submissionId", EXCLUDED."callAnalysisId",
    EXCLUDED."unknownBills")
$$;

-- Locks the call for the same reason as "addSpending".
CREATE FUNCTION "addUnknownBills"(call uuid, bills integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF bills = 0 THEN
    RETURN;
  END IF;
  PERFORM FROM "Call" WHERE id = call FOR KEY SHARE;
  UPDATE "CallDigest" SET "unknownBills" = "unknownBills" + bills WHERE "callId" = call;
END
$$;

CREATE OR REPLACE FUNCTION "digestTranscript"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  call uuid := COALESCE(NEW."callId", OLD."callId");
BEGIN
  PERFORM "addSpending"(call, COALESCE(NEW."billedSeconds"::bigint + NEW."priorSeconds", 0)
    - COALESCE(OLD."billedSeconds"::bigint + OLD."priorSeconds", 0), 0, 0, 0);
  PERFORM "addUnknownBills"(call,
    (NEW."callId" IS NOT NULL AND num_nulls(NEW."billedSeconds", NEW."priorSeconds") > 0)::int
      - (OLD."callId" IS NOT NULL AND num_nulls(OLD."billedSeconds", OLD."priorSeconds") > 0)::int);
  IF (NEW."text", NEW."languageCode", NEW."submissionId")
    IS DISTINCT FROM (OLD."text", OLD."languageCode", OLD."submissionId") THEN
    UPDATE "CallDigest" SET ("language", "document", "category", "priority", "sentiment", "followUp",
      "companyName", "submissionId", "callAnalysisId") = (SELECT * FROM "callTexts"(call))
    WHERE "callId" = call;
  END IF;
  RETURN NULL;
END
$$;
