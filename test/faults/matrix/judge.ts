import type { Observation } from '../harness/observation.ts';
import type { Strike } from './run-matrix.ts';

/** The outcome of one kill, and what it cost compared with an undisturbed call. */
export type Verdict = {
  readonly step: string;
  readonly point: string;
  readonly outcome: string;
  readonly extra: Counts;
  /** What is wrong; empty when all is well. */
  readonly faults: readonly string[];
};

/** What is counted for each call. */
type Counts = {
  readonly speechOperations: number;
  readonly modelRequests: number;
  readonly lookupRequests: number;
  readonly objects: number;
  readonly callRows: number;
  /** Log rows that may exist only once; those of lost attempts are not among them. */
  readonly finalLogRows: number;
  readonly transcripts: number;
  readonly analyses: number;
};

// A lookup makes two requests for contacts and one for companies.
const REQUESTS_OF_A_LOOKUP = 3;

/** The most that a kill may cost: of what is paid for, one request to the model. */
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

/** Judges every strike by comparison with the undisturbed call. */
export function judge(strikes: readonly Strike[], seen: Observation): Verdict[] {
  const undisturbed = strikes.find(({ point }) => point === null);
  if (undisturbed === undefined) throw new Error('There is no undisturbed call to compare with.');
  const usual = countsOf(seen, undisturbed.callSid);
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
