import type { CodeFacts } from './code-facts.ts';

/** Why the gateway refuses a request. */
export const REQUEST_CODES = {
  INVALID_INPUT: {
    meaning: 'A request, or the argument of a run, is malformed.',
    retryable: false,
    remedy:
      'Correct the argument as the message says and start the run again. If the recording was archived in another bucket, correct RECORDINGS_BUCKET and restart the workers, or send the signal reprocess with {"from":"archiveRecording"}.',
    requestRemedy: 'Correct the request as the message says and send it again.',
  },
  HOST_NOT_SERVED: {
    meaning: 'The Host header of a request names neither PUBLIC_URL nor this machine.',
    retryable: false,
    remedy:
      'Send the request to the address in PUBLIC_URL. If the address you used is the right one, set PUBLIC_URL to it and restart the gateway; a proxy has to pass on the Host header.',
  },
  ORIGIN_FOREIGN: {
    meaning:
      'A web page of another origin sent the request, possibly without the knowledge of the person who is reading it.',
    retryable: false,
    remedy:
      'Send the request from a server or a command line. If the page is our own, set PUBLIC_URL to the address at which it was opened and restart the gateway.',
  },
  KEY_REFUSED: {
    meaning: 'The request has no key, or none that is accepted.',
    retryable: false,
    remedy:
      'Send the key as "Authorization: Bearer …", never in the address. If it was lost or removed, create another with npm run api-key, add its digest to API_KEYS and restart the gateway.',
  },
  TOKEN_MISSING: {
    meaning:
      'The request would change something and brings the session of somebody who has signed in, but not the token of their pages.',
    retryable: false,
    remedy:
      'Load the page again and repeat what you did there. A program sends a key instead: "Authorization: Bearer …".',
  },
  HOOK_REFUSED: {
    meaning:
      'A delivery to a hook is not signed with HOOK_SECRET, is too old, or names a wrong secret.',
    retryable: false,
    remedy:
      'Give the phone system a secret of HOOK_SECRET. If it signs, it has to sign the body exactly as it sends it, by Standard Webhooks, and its clock and that of the gateway may differ by 300 seconds at most.',
  },
  SCOPE_MISSING: {
    meaning: 'The key of a request is accepted, but may not do this.',
    retryable: false,
    remedy:
      'Use a key with the scope that the message names. A key gets another scope when its entry in API_KEYS is changed and the gateway restarted.',
  },
  LIMIT_REACHED: {
    meaning: 'The request exceeds a limit of the gateway.',
    retryable: true,
    remedy:
      'Send the request again after the number of seconds in Retry-After. If the limit that the message names is too low for this installation, raise it and restart the gateway; 0 turns it off.',
  },
  GATEWAY_OVERLOADED: {
    meaning: 'The gateway is too busy to answer in time, so it refused the request.',
    retryable: true,
    remedy:
      'Send the request again after the number of seconds in Retry-After. If this goes on, run more gateways.',
  },
  NOT_FOUND: {
    meaning: 'There is no such call or path.',
    retryable: false,
    remedy: 'Check the path and the callSid.',
  },
  RANGE_NOT_SATISFIABLE: {
    meaning: 'A request asks for bytes of a recording behind its end.',
    retryable: false,
    remedy:
      'Ask for bytes that the recording has; the Content-Range header of the answer says how many these are.',
  },
  RECORDING_NOT_SERVED: {
    meaning: 'The gateway was not told of the bucket in which the recording is archived.',
    retryable: false,
    remedy:
      'Set RECORDINGS_BUCKET of the gateway to the bucket that the workers archive in, and STORAGE_API_ENDPOINT if they have one, then restart the gateway.',
  },
  WAVEFORM_NOT_KNOWN: {
    meaning: 'Nobody has listened to the recording of the call yet, or it could not be decoded.',
    retryable: true,
    remedy:
      'Ask again once the recording is archived or transcribed; the message says what is missing. A recording that was archived by an earlier version has a waveform once it is archived or transcribed again. One in a format that has no decoder here never has one.',
  },
  WAVEFORM_UNREADABLE: {
    meaning:
      'The object in the bucket that says how loud the recording is was damaged or replaced by something else.',
    retryable: false,
    remedy: 'Send the signal reprocess with {"from":"archiveRecording"}.',
    requestRemedy:
      'Ask for a reprocess from archiveRecording: if the phone system still has the recording, it is listened to again.',
  },
  CALL_NOT_OPENED: {
    meaning: 'The call was submitted, but no worker has opened it yet.',
    retryable: true,
    remedy: 'Ask again shortly; if nothing changes, check that workers run (npm run worker).',
  },
  CALL_CONFLICT: {
    meaning: 'This callSid is known with another recordgroup or recordid.',
    retryable: false,
    remedy:
      'If the run is parked because its recordgroup or recordid is wrong, cancel it (npm run temporal -- workflow cancel -w <callSid>), wait until it has closed (a second or so), then submit the call again.',
  },
  CALL_IN_PROGRESS: {
    meaning: 'The call is being processed, so there is nothing to reprocess yet.',
    retryable: false,
    remedy:
      'Wait until the call is COMPLETED or FAILED, then ask for reprocessing again; if nothing changes, check that workers run (npm run worker).',
  },
} as const satisfies Record<string, CodeFacts>;
