import type { AudioFacts } from '../core/audio.ts';
import type { FaultAction } from '../core/faults.ts';
import type { HttpReply } from '../core/http-faults.ts';
import type { Sample } from '../core/sample.ts';

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** The phone system's messages in an envelope without data. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Authentication failed',
  402: 'Role not permitted',
  403: 'Not permitted by the rate plan',
  404: 'Recording not found',
  500: 'Internal error',
};

/** An envelope with a code other than success. The HTTP status is 200 nevertheless. */
export function refusal(code: number): HttpReply {
  const message = MESSAGES[code] ?? `Code ${code}`;
  return {
    status: 200,
    headers: JSON_HEADERS,
    body: JSON.stringify({ responses: [{ code, key: 'recordings.get', message }], data: null }),
  };
}

/** The answer of a proxy in front of the phone system, for faults that script a status. */
export function statusReply(status: number): HttpReply {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html><body><h1>${status}</h1></body></html>`,
  };
}

/** The fields of the phone system's record; the sample's own metadata overrides them. */
function recordOf(sample: Sample, facts: AudioFacts): Record<string, unknown> {
  const start = Number(sample.callRecordingId.split('.')[0]);
  const lastWord = Math.max(0, ...(sample.words ?? []).map((word) => word.end));
  const talktime = Math.ceil(lastWord);
  return {
    uniqueid: sample.callRecordingId,
    callid: sample.callRecordingId,
    recordid: sample.recordid,
    recordgroup: sample.recordgroup,
    // An id that does not begin with Unix seconds does not give the time.
    ...(Number.isNaN(start) ? {} : { start, end: start + talktime }),
    totaltime: talktime,
    talktime,
    status: 'answered',
    complete: 1,
    mimetype: facts.mimetype,
    ...sample.metadata,
  };
}

/**
 * The envelope with the recording in base64, generated while it is sent. Nested, the recording is in
 * `data.data` beside the fields; flat, it is `data` itself, and the fields are beside `data`.
 */
export function recordingReply(
  sample: Sample,
  facts: AudioFacts,
  audio: AsyncIterable<Buffer>,
  options: { withSha1: boolean; fault: FaultAction | null },
): HttpReply {
  const { data, responses, facts: factsPlace } = sample.reply;
  const response = {
    code: responses === 'object' ? '200' : 200,
    key: 'recordings.get',
    message: 'OK',
  };
  const claims = {
    size: options.fault?.claimSize ?? facts.sizeBytes,
    ...(options.withSha1 ? { sha1: options.fault?.claimSha1 ?? facts.sha1 } : {}),
  };
  const fields = recordOf(sample, facts);
  const before = inner(factsPlace === 'before' ? { ...fields, ...claims } : fields);
  const after = factsPlace === 'after' ? `,${inner(claims)}` : '';
  const envelope = `{"responses":${JSON.stringify(responses === 'object' ? response : [response])}`;
  const [head, tail] =
    data === 'nested'
      ? [`${envelope},"data":{${before},"data":"`, `"${after}}}`]
      : [`${envelope},${before},"data":"`, `"${after}}`];
  return {
    status: 200,
    headers: JSON_HEADERS,
    body: wrap(head, toBase64(audio, options.fault?.base64), tail),
  };
}

/** An object's members without its braces. */
function inner(fields: Record<string, unknown>): string {
  return JSON.stringify(fields).slice(1, -1);
}

async function* wrap(
  head: string,
  body: AsyncIterable<string>,
  tail: string,
): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  for await (const text of body) {
    yield Buffer.from(text, 'latin1');
  }
  yield Buffer.from(tail);
}

/** Encodes all chunks as one base64 text: three bytes make four characters, so a remainder is carried over. */
async function* toBase64(
  audio: AsyncIterable<Buffer>,
  corruption: FaultAction['base64'],
): AsyncGenerator<string> {
  if (corruption === 'data-uri') {
    yield 'data:audio/x-wav;base64,';
  } else if (corruption === 'bad-alphabet') {
    yield '*!?#';
  }
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of audio) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    if (corruption === 'whitespace') {
      // MIME breaks base64 into lines; inside JSON the line break must be escaped.
      yield '\\r\\n';
    }
    rest = bytes.subarray(whole);
  }
  yield rest.toString('base64');
  if (corruption === 'bad-length') {
    yield 'A';
  }
}
