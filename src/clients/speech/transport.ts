import { v2 } from '@google-cloud/speech';
import { GoogleAuth, googleAuthLibrary, grpc } from 'google-gax';

import { ServiceError } from '../../domain/service-error.ts';
import { toConnectionError, toRequestError } from './errors.ts';

export type SpeechConfig = {
  readonly projectId: string;
  readonly location: string;
  /** Google's name of a model, or `auto`: the model that fits the audio. */
  readonly model: string;
  readonly languageCodes: readonly string[];
  /** Words to listen for: names of companies and products. */
  readonly phrases: readonly string[];
  /** Another endpoint than Google's for the location; `http://` means plaintext without credentials. */
  readonly apiEndpoint: string | null;
};

/** What a request to the library is sent with. */
type CallOptions = {
  readonly timeout: number;
  readonly retry: { readonly retryCodes: number[] };
  readonly signal: AbortSignal;
};

/** A request: what failed if it fails, and what NOT_FOUND means for it. */
type RequestInput = {
  readonly what: string;
  readonly notFound?: 'SPEECH_OPERATION_LOST';
  readonly signal: AbortSignal;
};

export type Transport = {
  /**
   * Sends one request, once. Throws SPEECH_* codes, SPEECH_UNAVAILABLE when its time is over; the
   * reason of the signal.
   */
  send<T>(
    input: RequestInput,
    request: (client: v2.SpeechClient, options: CallOptions) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
};

/** A page of a thousand operations has about four megabytes. The library's own bound is none. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

type ClientOptions = NonNullable<ConstructorParameters<typeof v2.SpeechClient>[0]>;

/**
 * Creates the connection to Speech-to-Text; nothing is connected before the first request, each of
 * which has `deadlineMs`. The library's client is created on first use and again after a failed
 * start: the library keeps a failed start for ever, and a call on such a client ends the process
 * with an unhandled rejection.
 */
export function createTransport(config: SpeechConfig, deadlineMs: number): Transport {
  let starting: Promise<v2.SpeechClient> | null = null;

  async function start(): Promise<v2.SpeechClient> {
    try {
      const client = new v2.SpeechClient(toClientOptions(config));
      await client.initialize();
      return client;
    } catch (error) {
      starting = null;
      throw toConnectionError(error);
    }
  }

  return {
    async send({ signal, ...subject }, request) {
      signal.throwIfAborted();
      try {
        const client = await (starting ??= start());
        signal.throwIfAborted();
        // The library would repeat BatchRecognize on UNAVAILABLE and DEADLINE_EXCEEDED: paid twice.
        const options = { timeout: deadlineMs, retry: { retryCodes: [] }, signal };
        return await request(client, options);
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof ServiceError ? error : toRequestError(error, subject);
      }
    },
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
    // The retries of gRPC itself are off as well: only Temporal repeats a paid request.
    'grpc.enable_retries': 0,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
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

/** The endpoint must belong to the recognizer's location, or every request is an invalid argument. */
function googleEndpoint(location: string): string {
  return location === 'global' ? 'speech.googleapis.com' : `${location}-speech.googleapis.com`;
}
