import { v2 } from '@google-cloud/speech';
import { GoogleAuth, googleAuthLibrary, grpc } from 'google-gax';

import { toConnectError } from './errors.ts';

export type SpeechConfig = {
  readonly projectId: string;
  readonly location: string;
  /** Google's name of one, or `auto`: the one that fits the audio. */
  readonly model: string;
  readonly languageCodes: readonly string[];
  /** Words to listen for: names of companies and products. */
  readonly phrases: readonly string[];
  /** Another endpoint than Google's for the location; `http://` means plaintext without credentials. */
  readonly apiEndpoint: string | null;
};

export type Connection = {
  /** The client, ready for calls. Throws SPEECH_CREDENTIALS_REFUSED or SPEECH_UNAVAILABLE. */
  client(): Promise<v2.SpeechClient>;
  close(): Promise<void>;
};

type ClientOptions = NonNullable<ConstructorParameters<typeof v2.SpeechClient>[0]>;

/**
 * Holds the library's client. It is made on first use and made anew after a failed start: the
 * library keeps a failed start for ever, and a call on such a client ends the process with an
 * unhandled rejection.
 */
export function createConnection(config: SpeechConfig): Connection {
  let starting: Promise<v2.SpeechClient> | null = null;

  async function start(): Promise<v2.SpeechClient> {
    try {
      const client = new v2.SpeechClient(toClientOptions(config));
      await client.initialize();
      return client;
    } catch (error) {
      starting = null;
      throw toConnectError(error);
    }
  }

  return {
    client: () => (starting ??= start()),
    async close() {
      const running = starting;
      starting = null;
      await running?.then(
        (client) => client.close(),
        () => undefined, // A start that failed was reported to its caller and left nothing open.
      );
    },
  };
}

function toClientOptions(config: SpeechConfig): ClientOptions {
  const common = {
    projectId: config.projectId,
    // A channel's own retries are off as well: whether a paid request is repeated is decided above.
    'grpc.enable_retries': 0,
  };
  if (config.apiEndpoint === null) {
    return { ...common, apiEndpoint: googleEndpoint(config.location) };
  }
  const { protocol, hostname, port } = new URL(config.apiEndpoint);
  if (protocol === 'https:') {
    return { ...common, apiEndpoint: hostname, port: port === '' ? 443 : Number(port) };
  }
  return {
    ...common,
    servicePath: hostname,
    port: port === '' ? 80 : Number(port),
    sslCreds: grpc.credentials.createInsecure(),
    // Without an auth client the constructor asks the cloud's metadata server, even with plaintext credentials.
    auth: new GoogleAuth({ authClient: new googleAuthLibrary.PassThroughClient() }),
  };
}

/** The endpoint has to be of the recognizer's location, or every request is an invalid argument. */
function googleEndpoint(location: string): string {
  return location === 'global' ? 'speech.googleapis.com' : `${location}-speech.googleapis.com`;
}
