import type { Observation } from '../harness/observation.ts';
import type { Strike } from './run-matrix.ts';

/** What one kill led to, and what it cost beyond a call that nothing happens to. */
export type Verdict = {
  readonly step: string;
  readonly point: string;
  readonly outcome: string;
  readonly extra: Counts;
  /** What must not be; empty when all is well. */
  readonly faults: readonly string[];
};

/** What is counted of each call. */
type Counts = {
  readonly speechOperations: number;
  readonly modelRequests: number;
  readonly lookupRequests: number;
  readonly objects: number;
  readonly callRows: number;
  /** Rows about what can be true once: an attempt that was lost is told apart. */
  readonly finalLogRows: number;
  readonly transcripts: number;
  readonly analyses: number;
};

// A lookup asks for the contacts in two ways of writing a number, and then for the company.
const REQUESTS_OF_A_LOOKUP = 3;

/** What a kill may cost at the most: of what is paid, one question to the model. */
const AT_MOST: Counts = {
  speechOperations: 0,
  modelRequests: 1,
  lookupRequests: REQUESTS_OF_A_LOOKUP,
  objects: 0,
  callRows: 0,
  finalLogRows: 0,
  transcripts: 0,
  analyses: 0,
};
const COUNTED = Object.keys(AT_MOST) as (keyof Counts)[];

/** Judges every strike by the call that nothing happened to. */
export function judge(strikes: readonly Strike[], seen: Observation): Verdict[] {
  const spared = strikes.find(({ point }) => point === null);
  if (spared === undefined) throw new Error('There is no unharmed call to compare with.');
  const usual = countsOf(seen, spared.callSid);
  return strikes.map(({ point, callSid, missed }) => {
    const counts = countsOf(seen, callSid);
    const row = seen.rows.calls.find((call) => call.callSid === callSid);
    const outcome = row === undefined ? 'LOST' : `${row.callStatus} ${row.outcome ?? ''}`.trim();
    const extra = Object.fromEntries(
      COUNTED.map((name) => [name, counts[name] - usual[name]]),
    ) as Counts;
    return {
      step: point?.step ?? '(none)',
      point: point?.name ?? 'no kill',
      outcome,
      extra,
      faults: [
        ...(missed === null ? [] : [`the point was not reached: ${missed}`]),
        ...(outcome === 'COMPLETED ANALYZED' ? [] : [`the call ended ${outcome}`]),
        ...COUNTED.filter((name) => extra[name] < 0 || extra[name] > AT_MOST[name]).map(
          (name) => `${extra[name]} ${name} more than usual`,
        ),
      ],
    };
  });
}

function countsOf({ rows, sandbox }: Observation, callSid: string): Counts {
  const calls = rows.calls.filter((call) => call.callSid === callSid);
  const isOwn = ({ callId }: { readonly callId: string }) => calls.some(({ id }) => id === callId);
  const hits = sandbox.hits[callSid] ?? {};
  return {
    speechOperations: sandbox.operations.filter((each) => each.callSid === callSid).length,
    modelRequests: hits['languageModel.chat.completions'] ?? 0,
    lookupRequests:
      (hits['connectwise.contacts.list'] ?? 0) + (hits['connectwise.companies.list'] ?? 0),
    objects: sandbox.objects.filter(({ name }) => name.includes(`/${callSid}`)).length,
    callRows: calls.length,
    finalLogRows: rows.logs.filter((log) => isOwn(log) && log.attempt === 0).length,
    transcripts: rows.transcripts.filter(isOwn).length,
    analyses: rows.analyses.filter(isOwn).length,
  };
}
