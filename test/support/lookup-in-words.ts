import type { CompanyLookup } from '../../src/domain/company-match.ts';

/** A lookup as tables write it: `AMBIGUOUS 254,255 without company: 631`. */
export function lookupInWords(lookup: CompanyLookup): string {
  const { incompleteContactIds: incomplete } = lookup;
  const end = incomplete.length === 0 ? '' : ` without company: ${incomplete.join(',')}`;
  switch (lookup.match) {
    case 'MATCHED':
      return `MATCHED ${lookup.company.connectwiseId}${end}`;
    case 'AMBIGUOUS':
      return `AMBIGUOUS ${lookup.candidates.map(({ connectwiseId }) => connectwiseId).join(',')}${end}`;
    case 'UNKNOWN':
      return `UNKNOWN${end}`;
  }
}
