import type { Prisma } from '../generated/prisma/client.ts';
import type { CallFilter } from '../domain/call-filter.ts';

/** A filter as a condition on the calls. */
export function toCallWhere(filter: CallFilter): Prisma.CallWhereInput {
  const { status, outcome, failureCode, failedStep, waiting, company, companyMatch } = filter;
  const { category, priority, sentiment, from, to } = filter;
  const analysed = Object.entries({ category, priority, sentiment }).flatMap(([field, equals]) =>
    equals === undefined ? [] : [{ currentAnalysis: { data: { path: [field], equals } } }],
  );
  return {
    ...(status === undefined ? {} : { callStatus: status }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(failureCode === undefined ? {} : { failureCode }),
    ...(failedStep === undefined ? {} : { failedStep }),
    ...(waiting === undefined ? {} : { waitingStep: waiting ? { not: null } : null }),
    ...(company === undefined ? {} : { company: { connectwiseId: company } }),
    ...(companyMatch === undefined ? {} : { companyMatch }),
    ...(from === undefined && to === undefined
      ? {}
      : {
          startTime: {
            ...(from === undefined ? {} : { gte: from }),
            ...(to === undefined ? {} : { lt: to }),
          },
        }),
    AND: analysed,
  };
}
