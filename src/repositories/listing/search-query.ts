import { createHash } from 'node:crypto';

/** What a search asks the documents of calls, in PostgreSQL's language of text queries. */
export type SearchQuery = {
  /** The index alone answers this one. */
  readonly byIndex: string;
  /**
   * What calls that fulfil `byIndex` have to fulfil too, by their documents; `null` if nothing. Only a
   * phrase of three or more words needs it: the index knows two words that stand side by side.
   */
  readonly byDocument: string | null;
  /** Whether a call must not have some of it. */
  readonly excludes: boolean;
};

/** The words of a search as PostgreSQL reads them in a language: `'printer' <-> 'jam' & !'toner'`. */
export type ParsedWords = { readonly language: string; readonly query: string };

const LEXEME = String.raw`'(?:[^']|'')*'`;
const NEXT = String.raw` <(?:-|\d+)> `;
const PHRASE = new RegExp(`(!\\( )?${LEXEME}(?:${NEXT}${LEXEME})+`, 'g');

/**
 * The query for calls of every language, each with the words as its own language has them; `null` if
 * there is nothing to look for in any.
 */
export function toSearchQuery(words: readonly ParsedWords[]): SearchQuery | null {
  const meant = words.filter(({ query }) => query !== '');
  if (meant.length === 0) return null;
  const byIndex = meant.map(({ query }) => query.replaceAll(PHRASE, toPairs));
  const needsDocument = meant.some(({ query }) => hasLongPhrase(query));
  return {
    byIndex: inEach(meant, byIndex),
    byDocument: needsDocument
      ? inEach(
          meant,
          meant.map(({ query }) => query.replaceAll(PHRASE, pairOrPhrase)),
        )
      : null,
    excludes: meant.some(({ query }) =>
      query.replaceAll(new RegExp(LEXEME, 'g'), '').includes('!'),
    ),
  };
}

function inEach(words: readonly ParsedWords[], queries: readonly string[]): string {
  return words
    .map(({ language }, index) => `('#${language}' & (${queries[index] ?? ''}))`)
    .join(' | ');
}

/** Two words side by side are in the index as one. Longer phrases need more than the index, so all pairs are asked. */
function toPairs(phrase: string, negation: string | undefined): string {
  const pairs = pairsOf(phrase);
  // A call with all pairs need not have the phrase, so it must not be left out.
  if (negation !== undefined && pairs.length > 1) return phrase;
  return `${negation ?? ''}${pairs.length > 1 ? `(${pairs.join(' & ')})` : pairs.join('')}`;
}

function pairOrPhrase(phrase: string, negation: string | undefined): string {
  const pairs = pairsOf(phrase);
  return pairs.length > 1 ? phrase : `${negation ?? ''}${pairs.join('')}`;
}

function hasLongPhrase(query: string): boolean {
  return [...query.matchAll(PHRASE)].some(
    ([phrase, negation]) => negation === undefined && pairsOf(phrase).length > 1,
  );
}

/** The pairs of a phrase as `searchDocument` (see the migration `listings`) writes them into documents. */
function pairsOf(phrase: string): string[] {
  const lexemes = [...phrase.matchAll(new RegExp(LEXEME, 'g'))].map(([quoted]) =>
    quoted.slice(1, -1).replaceAll(/''|\\\\/g, (two) => two.charAt(0)),
  );
  const distances = [...phrase.matchAll(/(?<=') <(-|\d+)> (?=')/g)].map(([, distance]) =>
    distance === '-' ? '1' : distance,
  );
  return distances.map((distance, index) => {
    const text = `${lexemes[index] ?? ''} ${distance ?? ''} ${lexemes[index + 1] ?? ''}`;
    return `'=${createHash('sha256').update(text).digest('hex').slice(0, 8)}'`;
  });
}
