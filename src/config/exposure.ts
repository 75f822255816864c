import type { Findings } from './findings.ts';
import { isLoopbackUrl } from './loopback.ts';
import type { WorkerValues } from './worker-schema.ts';

// What LLM_API_KEY is for a server without keys. The setting stays required, so that nobody who has a
// key forgets it.
const NO_KEY = 'none';

const RECORDINGS = 'recordings';

type Recipient = {
  readonly name: string;
  readonly url: string | null;
  /** The setting whose value is sent there; `null`: no key is sent. */
  readonly secret: string | null;
  /** What else is sent there. */
  readonly content: string;
};

/**
 * Where something confidential would cross the network unencrypted: a key or a password is a fault,
 * because whoever reads it once can use it for good. Without one, `http://` is a warning: servers in
 * the same network commonly have no certificate.
 */
export function findExposure(value: WorkerValues): Findings {
  return judge(recipientsOf(value));
}

/** The same for a process that reads nothing but the archive: a warning at most. */
export function warningsOfStorage(value: {
  readonly STORAGE_API_ENDPOINT: string | null;
}): readonly string[] {
  return judge([archiveOf(value)]).warnings;
}

function judge(recipients: readonly Recipient[]): Findings {
  const exposed = recipients.filter(
    ({ url }) => url !== null && URL.parse(url)?.protocol === 'http:' && !isLoopbackUrl(url),
  );
  return {
    faults: exposed
      .filter(({ secret }) => secret !== null)
      .map(
        ({ name, secret }) =>
          `${name} must be an https:// URL, because ${secret} would be sent there unencrypted`,
      ),
    warnings: exposed
      .filter(({ secret }) => secret === null)
      .map(
        ({ name, content }) =>
          `${name} is an http:// URL of another machine: ${content} are sent there unencrypted.`,
      ),
  };
}

/** Google's credentials are never sent to an http:// endpoint. */
function archiveOf(value: { readonly STORAGE_API_ENDPOINT: string | null }): Recipient {
  return {
    name: 'STORAGE_API_ENDPOINT',
    url: value.STORAGE_API_ENDPOINT,
    secret: null,
    content: RECORDINGS,
  };
}

function recipientsOf(value: WorkerValues): Recipient[] {
  return [
    {
      name: 'PHONE_SYSTEM_URL',
      url: value.PHONE_SYSTEM_URL,
      secret: 'PHONE_SYSTEM_PASSWORD',
      content: RECORDINGS,
    },
    {
      name: 'CONNECTWISE_URL',
      url: value.CONNECTWISE_URL,
      secret: 'CONNECTWISE_PRIVATE_KEY',
      content: 'phone numbers',
    },
    {
      name: 'LLM_BASE_URL',
      url: value.LLM_BASE_URL,
      secret: value.LLM_API_KEY === NO_KEY ? null : 'LLM_API_KEY',
      content: 'the words of calls',
    },
    archiveOf(value),
    value.SPEECH_PROVIDER === 'google'
      ? {
          name: 'SPEECH_API_ENDPOINT',
          url: value.SPEECH_API_ENDPOINT,
          secret: null,
          content: RECORDINGS,
        }
      : {
          name: 'TRANSCRIPTION_BASE_URL',
          url: value.TRANSCRIPTION_BASE_URL,
          secret: value.TRANSCRIPTION_API_KEY === null ? null : 'TRANSCRIPTION_API_KEY',
          content: RECORDINGS,
        },
  ];
}
