import type { Prisma } from '../../generated/prisma/client.ts';
import type { CompanyMatch } from '../../domain/call.ts';
import type { CompanyLookup } from '../../domain/company-match.ts';
import {
  findExternalParty,
  type ExternalParty,
  type NumberRules,
} from '../../domain/external-party.ts';
import type { CompanyRepository } from '../../repositories/company-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { StepInput } from './archive-recording.ts';
import { describeMatch } from '../matching/describe-match.ts';
import { lookUpCompany, type LookUpCompanyDeps } from '../matching/look-up-company.ts';
import { findCall, lockCall } from '../step/call-row.ts';
import { runStep, type RunStepDeps } from '../step/define-step.ts';

export type MatchCompanyDeps = RunStepDeps &
  LookUpCompanyDeps & {
    readonly database: Database;
    readonly companies: CompanyRepository;
    readonly numberRules: NumberRules;
  };

export type MatchCompanyResult = { readonly companyMatch: CompanyMatch };

/**
 * Finds out which company the call was with, from the numbers that the phone system noted. Not to
 * know it (withheld, unknown, several candidates) is a result, not a failure.
 */
export function createMatchCompany(deps: MatchCompanyDeps) {
  const { database, calls, companies, log, numberRules } = deps;
  return ({ callSid, redo }: StepInput): Promise<MatchCompanyResult> =>
    runStep(
      deps,
      'matchCompany',
      callSid,
      () => 'COMPANY_LOOKUP_FAILED',
      async (attempt) => {
        const call = await findCall(calls, callSid);
        const mayReuse = !redo || call.matchRunId === call.runId;
        if (call.companyMatch !== null && mayReuse) return { companyMatch: call.companyMatch };

        const party = findExternalParty(call, numberRules);
        const lookup =
          party.kind === 'NUMBER' ? await lookUpCompany(deps, party.number, attempt.signal) : null;
        const companyMatch = toCompanyMatch(party, lookup);

        return database.transaction(async (tx) => {
          const now = await lockCall(calls, call, 'matchCompany', tx);
          // A faster attempt of this step has stored its answer: that one counts.
          if (now.companyMatch !== null && now.matchRunId === call.runId) {
            return { companyMatch: now.companyMatch };
          }
          const company =
            lookup?.match === 'MATCHED'
              ? await companies.findOrCreate(lookup.company.connectwiseId, lookup.company.name, tx)
              : null;
          const findings: Prisma.CallUncheckedUpdateInput = {
            externalPhoneNumber: party.kind === 'NUMBER' ? party.number : null,
            direction: party.direction,
            companyMatch,
            companyId: company?.id ?? null,
            matchRunId: call.runId,
          };
          await calls.update(call.id, findings, tx);
          for (const note of describeMatch(party, lookup)) {
            await log.create(
              attempt.logRow({ ...note, callId: call.id, companyId: company?.id ?? null }),
              tx,
            );
          }
          return { companyMatch };
        });
      },
    );
}

/** The match as the call's column has it. */
function toCompanyMatch(party: ExternalParty, lookup: CompanyLookup | null): CompanyMatch {
  return party.kind === 'NUMBER' ? (lookup?.match ?? 'UNKNOWN') : party.kind;
}
