import type { SandboxAddresses } from '../sandbox/environment.ts';
import { sandboxEnvironment } from '../sandbox/environment.ts';
import type { LocalSettings, OwnSystems } from './settings.ts';

/** Which names belong to which system: they are the sandbox's or the user's together. */
const OWNER_OF: readonly (readonly [RegExp, keyof OwnSystems])[] = [
  [/^(PHONE_SYSTEM_|PHONE_REGION$|OWN_PHONE_NUMBERS$|SERVICE_NUMBERS$)/, 'phoneSystem'],
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
};

/**
 * The environment of the worker and the gateway: the user's, with the addresses of what was started
 * over it. For a system that the sandbox stands in for, its values replace the user's, because keys
 * of a real system would only be refused there.
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
          // The default is made for ConnectWise's cloud; here nobody should wait for a limit.
          CONNECTWISE_REQUESTS_PER_MINUTE: '6000',
        };
  return {
    ...settings.env,
    ...Object.fromEntries(
      Object.entries(sandbox).filter(([name]) => !isOwn(name, settings.ownSystems)),
    ),
    DATABASE_URL: addresses.databaseUrl,
    PORT: String(settings.ports.gateway),
    ...(addresses.temporal === null
      ? {}
      : {
          TEMPORAL_ADDRESS: addresses.temporal.address,
          TEMPORAL_UI_URL: addresses.temporal.uiUrl,
        }),
  };
}

function isOwn(name: string, ownSystems: OwnSystems): boolean {
  const owner = OWNER_OF.find(([pattern]) => pattern.test(name))?.[1];
  return owner !== undefined && ownSystems[owner];
}
