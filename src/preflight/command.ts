/** How `npm run preflight` is called. */
export const PREFLIGHT = {
  name: 'npm run preflight',
  does: 'Checks everything that the configuration points at, for real: keys, rights, addresses, limits, clock. It changes nothing but one small object in the bucket, which it deletes again. The language model is asked twice, once with a call as long as LLM_MAX_INPUT_TOKENS allows unless its server states its context. Ends with code 1 if something is wrong or could not be checked. With --live or --call it makes no such check, but a trial: it prints in which fields the replies differ from those of the stand-ins, and ends with code 1 if the service reads one of these.',
  flags: {
    json: {
      type: 'boolean',
      default: false,
      help: 'Prints the results as one JSON object.',
    },
    live: {
      type: 'string',
      value: 'FILE',
      help: 'Sends this recording, of five minutes at most, through the bucket, the recogniser and the language model, and asks ConnectWise. Says beforehand what it will cost, and asks. What it writes into the bucket, it deletes again.',
    },
    call: {
      type: 'string',
      value: 'ID,GROUP,RECORD',
      help: 'Fetches the recording of this call from the phone system.',
    },
    yes: { type: 'boolean', default: false, help: 'Does not ask whether the cost is agreed to.' },
  },
  environment: {
    '.env':
      'Is read too, if there is one; .env.example explains the names, which are those of the gateway and the worker.',
  },
} as const;
