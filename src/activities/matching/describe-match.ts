import type { CompanyLookup } from '../../domain/company-match.ts';
import type { ExternalParty } from '../../domain/external-party.ts';
import type { Note } from '../step/attempt.ts';

const WHY_UNKNOWN = {
  SERVICE_NUMBER:
    'The other party is a service number (SERVICE_NUMBER), which belongs to no company.',
  NOT_A_NUMBER:
    'What the phone system gives for the other party is not a telephone number (NOT_A_NUMBER).',
  NOTHING_KNOWN: 'The phone system says nothing about the other party (NOTHING_KNOWN).',
} as const satisfies Record<Extract<ExternalParty, { kind: 'UNKNOWN' }>['reason'], string>;

const NOT_FOUND: Note = {
  event: 'COMPANY_NOT_FOUND',
  message: 'No company in ConnectWise has this number.',
};

/**
 * What the processing log says about a company match. It may name the company, but no number and no
 * person.
 */
export function describeMatch(party: ExternalParty, lookup: CompanyLookup | null): Note[] {
  if (lookup === null) return [describeParty(party)];
  const { incompleteContactIds } = lookup;
  return incompleteContactIds.length === 0
    ? [describeLookup(lookup)]
    : [describeLookup(lookup), describeIncomplete(incompleteContactIds)];
}

function describeParty(party: ExternalParty): Note {
  switch (party.kind) {
    case 'WITHHELD':
      return {
        event: 'CALLER_WITHHELD',
        message: 'The caller withheld the number, so ConnectWise was not asked.',
      };
    case 'INTERNAL':
      return {
        event: 'CALL_INTERNAL',
        message: 'A call between own numbers, so ConnectWise was not asked.',
      };
    case 'UNKNOWN':
      return { event: 'COMPANY_NOT_FOUND', message: WHY_UNKNOWN[party.reason] };
    case 'NUMBER':
      return NOT_FOUND;
  }
}

function describeLookup(lookup: CompanyLookup): Note {
  switch (lookup.match) {
    case 'MATCHED':
      return {
        event: 'COMPANY_IDENTIFIED',
        message: `The company is ${lookup.company.name} (ConnectWise id ${lookup.company.connectwiseId}).`,
      };
    case 'AMBIGUOUS':
      return {
        event: 'COMPANY_AMBIGUOUS',
        message: `Several companies have this number (ConnectWise ids ${lookup.candidates.map(({ connectwiseId }) => connectwiseId).join(', ')}), so none was chosen.`,
      };
    case 'UNKNOWN':
      return NOT_FOUND;
  }
}

function describeIncomplete(contactIds: readonly string[]): Note {
  return {
    event: 'COMPANY_LOOKUP_INCOMPLETE',
    message: `ConnectWise shows contacts with this number but without a company (contact ids ${contactIds.join(', ')}). Most likely the API member may not see companies: check its rights, then reprocess from matchCompany.`,
  };
}
