-- A search looks its filter up in the index of words too, and the month of the calls, so that PostgreSQL intersects
-- all of it without reading a row. CallDigest comes with the migration `listings`, so that where both are applied
-- at once it is still empty, and an index costs nothing.

-- The month of a time, as a number that grows by one each month.
CREATE FUNCTION "monthOf"("time" timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (12 * extract(year FROM "time" AT TIME ZONE 'UTC') + extract(month FROM "time" AT TIME ZONE 'UTC'))::integer
$$;

-- What a call can be filtered by, as src/repositories/listing/facets.ts asks for it. The names of enums never change,
-- so this is immutable although PostgreSQL does not know it.
CREATE FUNCTION "callFacets"(
  "startTime" timestamptz, status "CallStatus", outcome "CallOutcome", match "CompanyMatch", company uuid, step text,
  code text, waiting boolean, category text, priority text, sentiment text, "followUp" boolean, seconds numeric
) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
  SELECT array_remove(ARRAY[
    'month:' || "monthOf"("startTime"), 'status:' || status, 'outcome:' || outcome, 'companyMatch:' || match,
    'company:' || company, 'failedStep:' || step, 'failureCode:' || code, 'waiting:' || waiting,
    'category:' || category, 'priority:' || priority, 'sentiment:' || sentiment, 'followUp:' || "followUp"
  -- Each power of two that the recording is as long as: any least length is looked up by the one below it.
  ] || ARRAY(SELECT 'seconds:' || power FROM generate_series(0, 20) AS power WHERE 1 << power <= seconds), NULL)
$$;

-- DropIndex
DROP INDEX "CallDigest_document_idx";

-- CreateIndex. Prisma does not know indexes of expressions, so the schema has none of this.
CREATE INDEX "CallDigest_document_facets_idx" ON "CallDigest" USING GIN ("document", "callFacets"("startTime",
  "callStatus", "outcome", "companyMatch", "companyId", "failedStep", "failureCode", "isWaiting", "category",
  "priority", "sentiment", "followUp", "recordingSeconds"));

-- A search reads what the index has not sorted in yet from one end to the other: half a megabyte at the most.
ALTER INDEX "CallDigest_document_facets_idx" SET (gin_pending_list_limit = 512);

-- CreateTable
CREATE TABLE "CountedDay" (
    "by" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "key" TEXT NOT NULL,
    "calls" INTEGER NOT NULL,
    "analyzed" INTEGER NOT NULL,
    "noSpeech" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "processing" INTEGER NOT NULL,
    "recordedSeconds" DECIMAL(18,3) NOT NULL,
    "speechSeconds" BIGINT NOT NULL,
    "unknownBills" INTEGER NOT NULL,
    "inputTokens" BIGINT NOT NULL,
    "outputTokens" BIGINT NOT NULL,
    "paidInVain" INTEGER NOT NULL,
    "durations" INTEGER[],

    CONSTRAINT "CountedDay_pkey" PRIMARY KEY ("by","day","key")
);

-- CreateTable
CREATE TABLE "ChangedDay" (
    "id" BIGSERIAL NOT NULL,
    "day" DATE NOT NULL,

    CONSTRAINT "ChangedDay_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ChangedDay_day_idx" ON "ChangedDay"("day");

-- Counts the calls that began in a range by each of these groupings (see src/domain/statistics.ts); those without a
-- value have the key ''. Without settings of its own, so that PostgreSQL plans it with the statement around it.
CREATE FUNCTION "countCalls"("from" timestamptz, "to" timestamptz, groupings text[]) RETURNS TABLE (
  "by" text, key text, calls integer, analyzed integer, "noSpeech" integer, failed integer, processing integer,
  "recordedSeconds" numeric, "speechSeconds" bigint, "unknownBills" integer, "inputTokens" bigint,
  "outputTokens" bigint, "paidInVain" integer, durations integer[]
) LANGUAGE sql STABLE AS $$
  SELECT g."by", COALESCE(CASE g."by"
      WHEN 'day' THEN to_char(d."startTime" AT TIME ZONE 'UTC', 'YYYY-MM-DD')
      -- A call that has no outcome yet, or failed, counts by its status.
      WHEN 'outcome' THEN COALESCE(d."outcome"::text, d."callStatus"::text)
      WHEN 'company' THEN d."companyId"::text
      WHEN 'companyMatch' THEN d."companyMatch"::text
      WHEN 'category' THEN d."category"
      WHEN 'priority' THEN d."priority"
      WHEN 'sentiment' THEN d."sentiment"
    END, '') AS key,
    count(*)::integer,
    (count(*) FILTER (WHERE d."outcome" = 'ANALYZED'))::integer,
    (count(*) FILTER (WHERE d."outcome" = 'NO_SPEECH'))::integer,
    (count(*) FILTER (WHERE d."callStatus" = 'FAILED'))::integer,
    (count(*) FILTER (WHERE d."callStatus" = 'PROCESSING'))::integer,
    COALESCE(sum(d."recordingSeconds"), 0), sum(d."speechSeconds")::bigint, sum(d."unknownBills")::integer,
    sum(d."inputTokens")::bigint, sum(d."outputTokens")::bigint, sum(d."paidInVain")::integer,
    array_agg(d."duration") FILTER (WHERE d."callStatus" = 'COMPLETED' AND d."duration" IS NOT NULL)
  FROM "CallDigest" d, unnest(groupings) AS g("by")
  WHERE d."startTime" >= "from" AND d."startTime" < "to"
  GROUP BY 1, 2
$$;

-- Whoever changes a digest of a day that may have been counted writes it down in the same transaction, so that nobody
-- sees one without the other. It only adds rows, so that changes never wait for each other. Days are counted when they
-- are a week old; two days make sure that no transaction in between has begun before.
CREATE FUNCTION "noteChangedDay"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO "ChangedDay" ("day")
  SELECT DISTINCT ("startTime" AT TIME ZONE 'UTC')::date
  FROM unnest(ARRAY[OLD."startTime", NEW."startTime"]) AS "startTime"
  WHERE "startTime" < now() - interval '2 days';
  RETURN NULL;
END
$$;

-- Of calls that are processed as they come in, which are nearly all, this function is not even called.
CREATE TRIGGER "changedDayAdded" AFTER INSERT ON "CallDigest" FOR EACH ROW
  WHEN (NEW."startTime" < now() - interval '2 days') EXECUTE FUNCTION "noteChangedDay"();
CREATE TRIGGER "changedDay" AFTER UPDATE ON "CallDigest" FOR EACH ROW
  WHEN (LEAST(OLD."startTime", NEW."startTime") < now() - interval '2 days') EXECUTE FUNCTION "noteChangedDay"();
CREATE TRIGGER "changedDayRemoved" AFTER DELETE ON "CallDigest" FOR EACH ROW
  WHEN (OLD."startTime" < now() - interval '2 days') EXECUTE FUNCTION "noteChangedDay"();

CREATE FUNCTION "forgetCountedDays"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  DELETE FROM "CountedDay";
  RETURN NULL;
END
$$;

CREATE TRIGGER "forgottenDays" AFTER TRUNCATE ON "CallDigest"
  FOR EACH STATEMENT EXECUTE FUNCTION "forgetCountedDays"();
