import { Prisma } from '../../generated/prisma/client.ts';
import { NO_SEARCH_LANGUAGE, SEARCH_LANGUAGES } from '../../domain/search-language.ts';
import type { TransactionClient } from '../database.ts';

const LANGUAGES = JSON.stringify(SEARCH_LANGUAGES);

// PostgreSQL refuses documents over 1 MB. This is more than four hours of speech, and even if each
// character takes three bytes and no word comes twice, it fits.
const INDEXED_CHARACTERS = 250_000;

/**
 * Derives the digests of these calls again. May run twice. The calls must be locked, so that no other
 * transaction derives one from what it does not see yet.
 */
export async function refreshDigests(
  callIds: readonly string[],
  tx: TransactionClient,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "CallDigest" ("callId", "startTime", "language", "document", "category", "priority",
      "sentiment", "followUp", "companyName", "submissionId", "callAnalysisId")
    SELECT id, "startTime", language, to_tsvector(language::regconfig, words), category, priority,
      sentiment, "followUp", "companyName", "submissionId", "callAnalysisId"
    FROM (
      SELECT c.id, c."startTime", c."callAnalysisId", o.name AS "companyName", t."submissionId",
        COALESCE(${LANGUAGES}::jsonb ->> split_part(lower(t."languageCode"), '-', 1),
          ${NO_SEARCH_LANGUAGE}) AS language,
        left(concat_ws(E'\n', o.name, a.data ->> 'summary',
          CASE jsonb_typeof(a.data -> 'quotes') WHEN 'array' THEN
            (SELECT string_agg(quote, E'\n') FROM jsonb_array_elements_text(a.data -> 'quotes') AS quote)
          END, t.text), ${INDEXED_CHARACTERS}::int) AS words,
        a.data ->> 'category' AS category, a.data ->> 'priority' AS priority,
        a.data ->> 'sentiment' AS sentiment,
        CASE jsonb_typeof(a.data -> 'followUpNeeded') WHEN 'boolean' THEN
          (a.data -> 'followUpNeeded')::boolean END AS "followUp"
      FROM "Call" c
      LEFT JOIN "Company" o ON o.id = c."companyId"
      LEFT JOIN "Transcript" t ON t."callId" = c.id
      LEFT JOIN "CallAnalysis" a ON a.id = c."callAnalysisId"
      WHERE c.id IN (${Prisma.join(callIds.map((id) => Prisma.sql`${id}::uuid`))})
    ) AS made
    ON CONFLICT ("callId") DO UPDATE SET
      "language" = EXCLUDED."language", "document" = EXCLUDED."document",
      "category" = EXCLUDED."category", "priority" = EXCLUDED."priority",
      "sentiment" = EXCLUDED."sentiment", "followUp" = EXCLUDED."followUp",
      "companyName" = EXCLUDED."companyName", "submissionId" = EXCLUDED."submissionId",
      "callAnalysisId" = EXCLUDED."callAnalysisId"`;
}
