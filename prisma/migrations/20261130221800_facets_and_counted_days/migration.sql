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
