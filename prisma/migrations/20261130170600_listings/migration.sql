-- CreateTable
CREATE TABLE "CallDigest" (
    "callId" UUID NOT NULL,
    "startTime" TIMESTAMPTZ(6) NOT NULL,
    "callStatus" "CallStatus" NOT NULL,
    "outcome" "CallOutcome",
    "companyMatch" "CompanyMatch",
    "companyId" UUID,
    "failedStep" TEXT,
    "failureCode" TEXT,
    "isWaiting" BOOLEAN NOT NULL,
    "recordingSeconds" DECIMAL(12,3),
    "duration" INTEGER,
    "speechSeconds" BIGINT NOT NULL DEFAULT 0,
    "inputTokens" BIGINT NOT NULL DEFAULT 0,
    "outputTokens" BIGINT NOT NULL DEFAULT 0,
    "paidInVain" INTEGER NOT NULL DEFAULT 0,
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
CREATE INDEX "CallDigest_callStatus_startTime_callId_idx" ON "CallDigest"("callStatus", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_outcome_startTime_callId_idx" ON "CallDigest"("outcome", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_companyMatch_startTime_callId_idx" ON "CallDigest"("companyMatch", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_companyId_startTime_callId_idx" ON "CallDigest"("companyId", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_isWaiting_startTime_callId_idx" ON "CallDigest"("isWaiting", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_category_startTime_callId_idx" ON "CallDigest"("category", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_priority_startTime_callId_idx" ON "CallDigest"("priority", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_sentiment_startTime_callId_idx" ON "CallDigest"("sentiment", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_followUp_startTime_callId_idx" ON "CallDigest"("followUp", "startTime", "callId");

-- CreateIndex
CREATE INDEX "CallDigest_recordingSeconds_idx" ON "CallDigest"("recordingSeconds");

-- Documents stand beside the table, uncompressed, so that a list reads few pages and a search unpacks nothing.
-- Room is left beside each row: what adds to its sums then touches no index.
ALTER TABLE "CallDigest" SET (toast_tuple_target = 512, fillfactor = 70);
ALTER TABLE "CallDigest" ALTER COLUMN "document" SET STORAGE EXTERNAL;

-- A search reads what the index has not sorted in yet from one end to the other: half a megabyte at the most.
ALTER INDEX "CallDigest_document_idx" SET (gin_pending_list_limit = 512);

-- The functions below belong to this schema, whoever calls them: Prisma names tables in full and sets no path.

-- PostgreSQL's text search configuration for a language code, as far as every supported version has it. They
-- know the endings of words. For every other language, and without one, words are found as they are written.
CREATE FUNCTION "searchLanguage"(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT COALESCE('{"ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish"}'::jsonb
    ->> split_part(lower(code), '-', 1), 'simple')
$$;

-- The words of a text, and more that no text can contain: `#english`, its language, and for each two neighbours
-- `=` and a short hash of both and their distance. So an index knows of phrases, without reading any text.
-- PostgreSQL refuses documents over 1 MB. No natural text of 250,000 characters, which are more than four hours of
-- speech, comes near that; whatever does is found by the words of its beginning alone, rather than costing a call.
CREATE FUNCTION "searchDocument"(language text, words text) RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    WITH said AS MATERIALIZED (SELECT to_tsvector(language::regconfig, left(words, 250000)) AS document),
    pairs AS (
      SELECT lexeme, place, lead(lexeme) OVER along AS next, lead(place) OVER along - place AS distance
      FROM said, unnest(said.document) AS word(lexeme, places, weights), unnest(places) AS place
      -- All later words have this place, so their neighbours are not known.
      WHERE place < 16383
      WINDOW along AS (ORDER BY place, lexeme)
    )
    SELECT said.document || array_to_tsvector('#' || language || ARRAY(
      SELECT DISTINCT '=' || left(encode(sha256(convert_to(concat_ws(' ', lexeme, distance, next), 'UTF8')), 'hex'), 8)
      FROM pairs WHERE next IS NOT NULL))
    FROM said
  );
EXCEPTION WHEN program_limit_exceeded THEN
  -- Four bytes a character and as much for places: half a megabyte at the most.
  RETURN to_tsvector(language::regconfig, left(words, 50000)) || array_to_tsvector(ARRAY['#' || language]);
END
$$;

-- What the digest of a call takes from its company, its transcript and its current analysis.
CREATE FUNCTION "callTexts"(call uuid) RETURNS TABLE (
  "language" text, "document" tsvector, "category" text, "priority" text, "sentiment" text, "followUp" boolean,
  "companyName" text, "submissionId" text, "callAnalysisId" uuid
) LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT l.language, "searchDocument"(l.language, concat_ws(E'\n', o.name, a.data ->> 'summary',
      CASE jsonb_typeof(a.data -> 'quotes') WHEN 'array' THEN
        (SELECT string_agg(quote, E'\n') FROM jsonb_array_elements_text(a.data -> 'quotes') AS quote)
      END, t.text)),
    a.data ->> 'category', a.data ->> 'priority', a.data ->> 'sentiment',
    CASE jsonb_typeof(a.data -> 'followUpNeeded') WHEN 'boolean' THEN (a.data -> 'followUpNeeded')::boolean END,
    o.name, t."submissionId", c."callAnalysisId"
  FROM "Call" c
  LEFT JOIN "Company" o ON o.id = c."companyId"
  LEFT JOIN "Transcript" t ON t."callId" = c.id
  LEFT JOIN "CallAnalysis" a ON a.id = c."callAnalysisId"
  CROSS JOIN LATERAL "searchLanguage"(t."languageCode") AS l(language)
  WHERE c.id = call
$$;

-- What a call has cost, each request counted once (see countTokens in src/repositories).
CREATE FUNCTION "callSpending"(call uuid) RETURNS TABLE (
  "speechSeconds" bigint, "inputTokens" bigint, "outputTokens" bigint, "paidInVain" integer
) LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT COALESCE(t.seconds, 0) + COALESCE(v.seconds, 0), (a.input + n.input + w.input)::bigint,
    (a.output + n.output + w.output)::bigint, v.times
  FROM (SELECT sum("billedSeconds"::bigint + "priorSeconds")::bigint AS seconds
      FROM "Transcript" WHERE "callId" = call) t,
    (SELECT sum("secondsInVain")::bigint AS seconds, count("secondsInVain")::int AS times
      FROM "SpeechOperation" WHERE "callId" = call) v,
    (SELECT COALESCE(sum("inputTokens"::bigint - "chunkInputTokens"), 0) AS input,
      COALESCE(sum("outputTokens"::bigint - "chunkOutputTokens"), 0) AS output
      FROM "CallAnalysis" WHERE "callId" = call) a,
    (SELECT COALESCE(sum("inputTokens"), 0) AS input, COALESCE(sum("outputTokens"), 0) AS output
      FROM "AnalysisChunk" WHERE "callId" = call) n,
    (SELECT COALESCE(sum("inputTokens"), 0) AS input, COALESCE(sum("outputTokens"), 0) AS output
      FROM "AnalysisAttempt" WHERE "callId" = call) w
$$;

-- Makes the digests of these calls from nothing. They must be locked FOR UPDATE, so that nothing is added to
-- them meanwhile that this does not see.
CREATE FUNCTION "makeCallDigests"(calls uuid[]) RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
  WITH made AS MATERIALIZED (
    SELECT c.id, c."startTime", c."callStatus", c."outcome", c."companyMatch", c."companyId", c."failedStep",
      c."failureCode", c."waitingSince" IS NOT NULL, c."recordingSeconds", c."duration", s.*, t.*
    FROM "Call" c, "callSpending"(c.id) s, "callTexts"(c.id) t WHERE c.id = ANY(calls)
  )
  INSERT INTO "CallDigest" AS d ("callId", "startTime", "callStatus", "outcome", "companyMatch", "companyId",
    "failedStep", "failureCode", "isWaiting", "recordingSeconds", "duration", "speechSeconds", "inputTokens",
    "outputTokens", "paidInVain", "language", "document", "category", "priority", "sentiment", "followUp",
    "companyName", "submissionId", "callAnalysisId")
  SELECT * FROM made
  ON CONFLICT ("callId") DO UPDATE SET ("startTime", "callStatus", "outcome", "companyMatch", "companyId",
    "failedStep", "failureCode", "isWaiting", "recordingSeconds", "duration", "speechSeconds", "inputTokens",
    "outputTokens", "paidInVain", "language", "document", "category", "priority", "sentiment", "followUp",
    "companyName", "submissionId", "callAnalysisId")
  = (EXCLUDED."startTime", EXCLUDED."callStatus", EXCLUDED."outcome", EXCLUDED."companyMatch",
    EXCLUDED."companyId", EXCLUDED."failedStep", EXCLUDED."failureCode", EXCLUDED."isWaiting",
    EXCLUDED."recordingSeconds", EXCLUDED."duration", EXCLUDED."speechSeconds", EXCLUDED."inputTokens",
    EXCLUDED."outputTokens", EXCLUDED."paidInVain", EXCLUDED."language", EXCLUDED."document",
    EXCLUDED."category", EXCLUDED."priority", EXCLUDED."sentiment", EXCLUDED."followUp",
    EXCLUDED."companyName", EXCLUDED."submissionId", EXCLUDED."callAnalysisId")
$$;

-- The triggers keep a digest as the rows of its call are, whoever writes these, in the same transaction. What was
-- spent is added up by differences, which are right also when several transactions add to one call at once.

CREATE FUNCTION "digestNewCall"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM "makeCallDigests"(ARRAY[NEW.id]);
  RETURN NULL;
END
$$;

CREATE FUNCTION "digestChangedCall"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF (NEW."companyId", NEW."callAnalysisId") IS NOT DISTINCT FROM (OLD."companyId", OLD."callAnalysisId") THEN
    UPDATE "CallDigest" SET "startTime" = NEW."startTime", "callStatus" = NEW."callStatus",
      "outcome" = NEW."outcome", "companyMatch" = NEW."companyMatch", "failedStep" = NEW."failedStep",
      "failureCode" = NEW."failureCode", "isWaiting" = NEW."waitingSince" IS NOT NULL,
      "recordingSeconds" = NEW."recordingSeconds", "duration" = NEW."duration"
    WHERE "callId" = NEW.id;
  ELSE
    UPDATE "CallDigest" SET "startTime" = NEW."startTime", "callStatus" = NEW."callStatus",
      "outcome" = NEW."outcome", "companyMatch" = NEW."companyMatch", "failedStep" = NEW."failedStep",
      "failureCode" = NEW."failureCode", "isWaiting" = NEW."waitingSince" IS NOT NULL,
      "recordingSeconds" = NEW."recordingSeconds", "duration" = NEW."duration", "companyId" = NEW."companyId",
      ("language", "document", "category", "priority", "sentiment", "followUp", "companyName", "submissionId",
        "callAnalysisId") = (SELECT * FROM "callTexts"(NEW.id))
    WHERE "callId" = NEW.id;
  END IF;
  RETURN NULL;
END
$$;

-- A digest that is missing is made from nothing, and holds this lock's opposite meanwhile.
CREATE FUNCTION "addSpending"(call uuid, speech bigint, input bigint, output bigint, vain integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF (speech, input, output, vain) = (0, 0, 0, 0) THEN
    RETURN;
  END IF;
  PERFORM FROM "Call" WHERE id = call FOR KEY SHARE;
  UPDATE "CallDigest" SET "speechSeconds" = "speechSeconds" + speech, "inputTokens" = "inputTokens" + input,
    "outputTokens" = "outputTokens" + output, "paidInVain" = "paidInVain" + vain
  WHERE "callId" = call;
END
$$;

CREATE FUNCTION "digestTranscript"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  call uuid := COALESCE(NEW."callId", OLD."callId");
BEGIN
  PERFORM "addSpending"(call, COALESCE(NEW."billedSeconds"::bigint + NEW."priorSeconds", 0)
    - COALESCE(OLD."billedSeconds"::bigint + OLD."priorSeconds", 0), 0, 0, 0);
  IF (NEW."text", NEW."languageCode", NEW."submissionId")
    IS DISTINCT FROM (OLD."text", OLD."languageCode", OLD."submissionId") THEN
    UPDATE "CallDigest" SET ("language", "document", "category", "priority", "sentiment", "followUp",
      "companyName", "submissionId", "callAnalysisId") = (SELECT * FROM "callTexts"(call))
    WHERE "callId" = call;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION "digestOperation"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM "addSpending"(COALESCE(NEW."callId", OLD."callId"),
    COALESCE(NEW."secondsInVain", 0)::bigint - COALESCE(OLD."secondsInVain", 0), 0, 0,
    num_nonnulls(NEW."secondsInVain") - num_nonnulls(OLD."secondsInVain"));
  RETURN NULL;
END
$$;

CREATE FUNCTION "digestAnalysis"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM "addSpending"(COALESCE(NEW."callId", OLD."callId"), 0,
    COALESCE(NEW."inputTokens"::bigint - NEW."chunkInputTokens", 0)
      - COALESCE(OLD."inputTokens"::bigint - OLD."chunkInputTokens", 0),
    COALESCE(NEW."outputTokens"::bigint - NEW."chunkOutputTokens", 0)
      - COALESCE(OLD."outputTokens"::bigint - OLD."chunkOutputTokens", 0), 0);
  RETURN NULL;
END
$$;

CREATE FUNCTION "digestTokens"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM "addSpending"(COALESCE(NEW."callId", OLD."callId"), 0,
    COALESCE(NEW."inputTokens", 0)::bigint - COALESCE(OLD."inputTokens", 0),
    COALESCE(NEW."outputTokens", 0)::bigint - COALESCE(OLD."outputTokens", 0), 0);
  RETURN NULL;
END
$$;

CREATE TRIGGER "digest" AFTER INSERT OR UPDATE OR DELETE ON "Transcript"
  FOR EACH ROW EXECUTE FUNCTION "digestTranscript"();
CREATE TRIGGER "digest" AFTER INSERT OR UPDATE OR DELETE ON "SpeechOperation"
  FOR EACH ROW EXECUTE FUNCTION "digestOperation"();
CREATE TRIGGER "digest" AFTER INSERT OR UPDATE OR DELETE ON "CallAnalysis"
  FOR EACH ROW EXECUTE FUNCTION "digestAnalysis"();
CREATE TRIGGER "digest" AFTER INSERT OR UPDATE OR DELETE ON "AnalysisChunk"
  FOR EACH ROW EXECUTE FUNCTION "digestTokens"();
CREATE TRIGGER "digest" AFTER INSERT OR UPDATE OR DELETE ON "AnalysisAttempt"
  FOR EACH ROW EXECUTE FUNCTION "digestTokens"();
CREATE TRIGGER "digestNew" AFTER INSERT ON "Call"
  FOR EACH ROW EXECUTE FUNCTION "digestNewCall"();
CREATE TRIGGER "digestChanged" AFTER UPDATE ON "Call"
  FOR EACH ROW
  WHEN ((OLD."startTime", OLD."callStatus", OLD."outcome", OLD."companyMatch", OLD."companyId", OLD."failedStep",
      OLD."failureCode", OLD."waitingSince" IS NULL, OLD."recordingSeconds", OLD."duration", OLD."callAnalysisId")
    IS DISTINCT FROM (NEW."startTime", NEW."callStatus", NEW."outcome", NEW."companyMatch", NEW."companyId",
      NEW."failedStep", NEW."failureCode", NEW."waitingSince" IS NULL, NEW."recordingSeconds", NEW."duration",
      NEW."callAnalysisId"))
  EXECUTE FUNCTION "digestChangedCall"();

-- AddForeignKey
ALTER TABLE "CallDigest" ADD CONSTRAINT "CallDigest_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AlterTable. Last, because its lock keeps readers out until the end.
ALTER TABLE "Call" ADD COLUMN     "failedAt" TIMESTAMPTZ(6);
