import type { SandboxAddresses } from '../sandbox/environment.ts';
import { sandboxEnvironment } from '../sandbox/environment.ts';
import type { WhisperServer } from './parts/whisper.ts';
import type { LocalSettings, OwnSystems } from './settings.ts';

/** The system that a variable belongs to: all variables of a system come from the sandbox, or all from the user. */
const OWNER_OF: readonly (readonly [RegExp, keyof OwnSystems])[] = [
  [/^(PHONE_SYSTEM_|PHONE_REGION$|OWN_PHONE_NUMBERS$|SERVICE_NUMBERS$)/, 'phoneSystem'],
  [/^(TRANSCRIPTION_|SPEECH_LANGUAGE_CODES$|SPEECH_PHRASES$)/, 'speech'],
  [/^(RECORDINGS_|STORAGE_|GOOGLE_|SPEECH_)/, 'storageAndSpeech'],
  [/^CONNECTWISE_/, 'connectwise'],
  [/^LLM_/, 'languageModel'],
];

export type Addresses = {
  readonly databaseUrl: string;
  /** `null` = the environment says where Temporal is. */
  readonly temporal: { readonly address: string; readonly uiUrl: string } | null;
  /** `null` = no sandbox was needed. */
  readonly sandbox: SandboxAddresses | null;
  /** `null` = Whisper was not asked for. */
  readonly whisper: WhisperServer | null;
};

/**
 * The environment of the worker and the gateway: the user's, overridden by the addresses of the parts
 * that were started. For a system that the sandbox stands in for, the sandbox's values replace the
 * user's, because it would only refuse the credentials of a real system.
 */
export function serviceEnvironment(
  settings: LocalSettings,
  addresses: Addresses,
): Record<string, string> {
  const sandbox =
    addresses.sandbox === null
      ? {}
      : {
          ...sandboxEnvironment(addresses.sandbox),
          // The default protects ConnectWise's cloud; the sandbox needs no rate limit.
          CONNECTWISE_REQUESTS_PER_MINUTE: '6000',
        };
  return {
    ...settings.env,
    ...Object.fromEntries(
      Object.entries(sandbox).filter(([name]) => !isOwn(name, settings.ownSystems)),
    ),
    ...(addresses.whisper === null ? {} : whisperEnvironment(addresses.whisper)),
    DATABASE_URL: addresses.databaseUrl,
    PORT: String(settings.ports.gateway),
    // Any free port: a second worker, or a second clone, may run beside this one.
    METRICS_PORT: settings.env['METRICS_PORT'] || '0',
    TASK_QUEUE: settings.taskQueue,
    ...(addresses.temporal === null
      ? {}
      : {
          TEMPORAL_ADDRESS: addresses.temporal.address,
          TEMPORAL_UI_URL: addresses.temporal.uiUrl,
        }),
  };
}

/** Whisper transcribes every recording, in the sandbox's place. */
function whisperEnvironment({ baseUrl, model }: WhisperServer): Record<string, string> {
  return {
    SPEECH_PROVIDER: 'openai-compatible',
    TRANSCRIPTION_BASE_URL: baseUrl,
    // The local server needs no key, and must not be sent the user's.
    TRANSCRIPTION_API_KEY: '',
    TRANSCRIPTION_MODEL: model,
    // The tiny model understands English only.
    SPEECH_LANGUAGE_CODES: 'en',
  };
}

function isOwn(name: string, ownSystems: OwnSystems): boolean {
  const owner = OWNER_OF.find(([pattern]) => pattern.test(name))?.[1];
  return owner !== undefined && ownSystems[owner];
}
