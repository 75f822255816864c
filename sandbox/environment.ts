import { CONNECTWISE_CREDENTIALS } from './connectwise/credentials.ts';
import { LANGUAGE_MODEL_API_KEY, LANGUAGE_MODEL_NAME } from './language-model/credentials.ts';
import { TRANSCRIPTION_API_KEY, TRANSCRIPTION_MODEL } from './transcription/credentials.ts';

/** The addresses of the stand-ins. */
export type SandboxAddresses = {
  readonly controlUrl: string;
  /** Without `/api/json`. */
  readonly phoneSystemUrl: string;
  readonly storageApiEndpoint: string;
  /** gRPC without TLS. */
  readonly speechApiEndpoint: string;
  /** Includes `/v4_6_release/apis/3.0`. */
  readonly connectwiseUrl: string;
  /** Includes `/v1`. */
  readonly languageModelBaseUrl: string;
  /** Includes `/v1`. */
  readonly transcriptionBaseUrl: string;
};

/** The only bucket of the storage stand-in. */
export const BUCKET = 'call-archive';

/** The credentials that the phone system's stand-in accepts. */
export const PHONE_SYSTEM_CREDENTIALS = {
  username: 'sandbox-user',
  password: 'sandbox-password',
} as const;

/** The environment variables with which a worker uses the sandbox instead of the real systems. */
export function sandboxEnvironment(addresses: SandboxAddresses): Record<string, string> {
  return {
    PHONE_SYSTEM_URL: addresses.phoneSystemUrl,
    PHONE_SYSTEM_USERNAME: PHONE_SYSTEM_CREDENTIALS.username,
    PHONE_SYSTEM_PASSWORD: PHONE_SYSTEM_CREDENTIALS.password,
    RECORDINGS_BUCKET: BUCKET,
    STORAGE_API_ENDPOINT: addresses.storageApiEndpoint,
    GOOGLE_CLOUD_PROJECT: 'sandbox',
    SPEECH_LOCATION: 'eu',
    SPEECH_MODEL: 'auto',
    SPEECH_LANGUAGE_CODES: 'en-GB',
    SPEECH_API_ENDPOINT: addresses.speechApiEndpoint,
    // For a worker with SPEECH_PROVIDER=openai-compatible.
    TRANSCRIPTION_BASE_URL: addresses.transcriptionBaseUrl,
    TRANSCRIPTION_API_KEY,
    TRANSCRIPTION_MODEL,
    CONNECTWISE_URL: addresses.connectwiseUrl,
    CONNECTWISE_COMPANY_ID: CONNECTWISE_CREDENTIALS.companyId,
    CONNECTWISE_PUBLIC_KEY: CONNECTWISE_CREDENTIALS.publicKey,
    CONNECTWISE_PRIVATE_KEY: CONNECTWISE_CREDENTIALS.privateKey,
    CONNECTWISE_CLIENT_ID: CONNECTWISE_CREDENTIALS.clientId,
    // The MSP itself and the catch-all that every ConnectWise has.
    CONNECTWISE_EXCLUDED_COMPANY_IDS: '259,260',
    LLM_BASE_URL: addresses.languageModelBaseUrl,
    LLM_API_KEY: LANGUAGE_MODEL_API_KEY,
    LLM_MODEL: LANGUAGE_MODEL_NAME,
    PHONE_REGION: 'GB',
    // The samples' MSP: its main number and its extensions.
    OWN_PHONE_NUMBERS: '+442079460000,56360*',
  };
}
