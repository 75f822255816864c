import { Prisma } from '../../generated/prisma/client.ts';
import type { CompanyMatch } from '../../domain/call.ts';
import type { CompanyLookup } from '../../domain/company-match.ts';
import {
  findExternalParty,
  type ExternalParty,
  type NumberRules,
} from '../../domain/external-party.ts';
import type { CompanyRepository } from '../../repositories/company-repository.ts';
import type { TransactionClient } from '../../repositories/database.ts';
import { describeMatch } from '../matching/describe-match.ts';
import { askInTurn, type InTurnDeps } from '../matching/in-turn.ts';
import { lookUpCompany, type LookUpCompanyDeps } from '../matching/look-up-company.ts';
import { findCall } from '../step/call-row.ts';
import { defineStep, type StepDeps, type StepInput } from '../step/define-step.ts';

export type MatchCompanyDeps = StepDeps &
  InTurnDeps &
  LookUpCompanyDeps & {
    readonly companies: CompanyRepository;
    readonly numberRules: NumberRules;
  };

const MATCHED = { result: 'companyMatch', madeBy: 'matchRunId' } as const;

export type MatchCompanyResult = { readonly companyMatch: CompanyMatch };

/**
 * Finds out which company the call was with, from the numbers that the phone system recorded. Not
 * knowing it (withheld, unknown, several candidates) is a result, not a failure.
 */
export function createMatchCompany(deps: MatchCompanyDeps) {
  const { database, calls, companies, numberRules } = deps;
  return defineStep(deps, {
    step: 'matchCompany',
    // A lookup that waits for its turn has not failed.
    failedEvent: (code) => (code === 'CONNECTWISE_QUEUED' ? null : 'COMPANY_LOOKUP_FAILED'),

    async run({ callSid, redo }: StepInput, attempt): Promise<MatchCompanyResult> {
      const call = await findCall(calls, callSid);
      const mayReuse = !redo || call.matchRunId === call.runId;
      if (call.companyMatch !== null && mayReuse) return { companyMatch: call.companyMatch };

      const party = findExternalParty(call, numberRules);
      const number = party.kind === 'NUMBER' ? party.number : null;
      const lookup =
        number === null
          ? null
          : await askInTurn(deps, { call, attempt }, () =>
              lookUpCompany(deps, number, attempt.signal),
            );
      const companyMatch = toCompanyMatch(party, lookup);

      const found = lookup?.match === 'MATCHED' ? lookup.company : null;
      const store = async (companyId: string | null, tx?: TransactionClient) => {
        const columns = {
          externalPhoneNumber: number,
          direction: party.direction,
          companyMatch,
          companyId,
          companyCandidates: lookup?.match === 'AMBIGUOUS' ? [...lookup.candidates] : Prisma.DbNull,
          matchRunId: call.runId,
        };
        const stored = { columns, notes: describeMatch(party, lookup), companyId };
        const faster = await attempt.storeResult(call, MATCHED, stored, tx);
        return { companyMatch: faster?.companyMatch ?? companyMatch };
      };
      if (found === null) return store(null);
      const known = await companies.findByConnectwiseId(found.connectwiseId);
      if (known?.name === found.name) return store(known.id);

      return database.transaction(async (tx) => {
        const current = await attempt.lockCall(call, tx);
        // A faster attempt of this step has stored its answer, and with it the company's name.
        if (current.companyMatch !== null && current.matchRunId === call.runId) {
          return { companyMatch: current.companyMatch };
        }
        const { id } = await companies.findOrCreate(found.connectwiseId, found.name, tx);
        return store(id, tx);
      });
    },
  });
}

/** The match in the words of the call's column. */
function toCompanyMatch(party: ExternalParty, lookup: CompanyLookup | null): CompanyMatch {
  return party.kind === 'NUMBER' ? (lookup?.match ?? 'UNKNOWN') : party.kind;
}
