import type { CompanyLookup } from '../../domain/company-match.ts';
import type { ExternalParty } from '../../domain/external-party.ts';
import type { LogEvent, LogStatus } from '../../domain/log-events.ts';

type Note = { readonly status: LogStatus; readonly event: LogEvent; readonly message: string };

const WHY_UNKNOWN = {
  SERVICE_NUMBER:
    'The other party is a service number (SERVICE_NUMBER), which belongs to no company.',
  NOT_A_NUMBER:
    'What the phone system gives for the other party is no telephone number (NOT_A_NUMBER).',
  NOTHING_KNOWN: 'The phone system says nothing about the other party (NOTHING_KNOWN).',
} as const satisfies Record<Extract<ExternalParty, { kind: 'UNKNOWN' }>['reason'], string>;

/** The log's account of a company match. It may name the company, but no number and no person. */
export function describeMatch(party: ExternalParty, lookup: CompanyLookup | null): Note[] {
  if (lookup === null) return [describeParty(party)];
  const notes = [describeLookup(lookup)];
  if (lookup.incompleteContactIds.length > 0) {
    notes.push({
      status: 'LOG_ERROR',
      event: 'COMPANY_LOOKUP_INCOMPLETE',
      message: `ConnectWise shows contacts with this number but without a company (contact ids ${lookup.incompleteContactIds.join(', ')}). Most likely the API member may not see companies: check its rights, then reprocess from matchCompany.`,
    });
  }
  return notes;
}

function describeParty(party: ExternalParty): Note {
  switch (party.kind) {
    case 'WITHHELD':
      return {
        status: 'LOG_INFO',
        event: 'CALLER_WITHHELD',
        message: 'The caller withheld the number, so ConnectWise was not asked.',
      };
    case 'INTERNAL':
      return {
        status: 'LOG_INFO',
        event: 'CALL_INTERNAL',
        message: 'A call between own numbers, so ConnectWise was not asked.',
      };
    case 'UNKNOWN':
      return { status: 'LOG_INFO', event: 'COMPANY_NOT_FOUND', message: WHY_UNKNOWN[party.reason] };
    case 'NUMBER':
      return notFound();
  }
}

function describeLookup(lookup: CompanyLookup): Note {
  switch (lookup.match) {
    case 'MATCHED':
      return {
        status: 'LOG_SUCCESS',
        event: 'COMPANY_IDENTIFIED',
        message: `The company is ${lookup.company.name} (ConnectWise id ${lookup.company.connectwiseId}).`,
      };
    case 'AMBIGUOUS':
      return {
        status: 'LOG_INFO',
        event: 'COMPANY_AMBIGUOUS',
        message: `Several companies have this number (ConnectWise ids ${lookup.candidateIds.join(', ')}), so none was chosen.`,
      };
    case 'UNKNOWN':
      return notFound();
  }
}

function notFound(): Note {
  return {
    status: 'LOG_INFO',
    event: 'COMPANY_NOT_FOUND',
    message: 'No company in ConnectWise has this number.',
  };
}
