import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';

import { isLoopbackUrl } from './loopback.ts';
import { isQuoted } from './quotation-marks.ts';

/** The variables from which a process reads its configuration. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type TemporalConfig = {
  readonly connection: ClientConnectConfig['connectionOptions'];
  readonly namespace: string;
};

/**
 * Reads Temporal's own variables with Temporal's own library, and adds to `faults` what cannot be
 * used. A user's `temporal.toml` counts only when TEMPORAL_CONFIG_FILE or TEMPORAL_PROFILE names it:
 * otherwise `npm start` on a laptop could use somebody's production namespace.
 */
export function readTemporal(
  variables: Readonly<Record<string, string>>,
  faults: string[],
): TemporalConfig | null {
  const wantsFile = Boolean(variables['TEMPORAL_CONFIG_FILE'] ?? variables['TEMPORAL_PROFILE']);
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      disableFile: !wantsFile,
      overrideEnvVars: { ...variables },
    });
    faults.push(...faultsOfApiKey(connectionOptions));
    return { connection: connectionOptions, namespace: namespace ?? 'default' };
  } catch {
    // The library's message may quote the file; the names of the variables are enough.
    faults.push(
      'TEMPORAL_* cannot be used: check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and the TEMPORAL_TLS files',
    );
    return null;
  }
}

/** The key may also come from a profile, and only TEMPORAL_TLS or a profile can turn encryption off. */
function faultsOfApiKey({ apiKey, tls, address }: TemporalConfig['connection']): string[] {
  // A function would fetch the key later; the library gives a text.
  if (typeof apiKey !== 'string') return [];
  const isExposed = tls === false && !isLoopbackUrl(`http://${address ?? 'localhost'}`);
  return [
    ...(isExposed
      ? [
          'TEMPORAL_API_KEY would be sent unencrypted: remove TEMPORAL_TLS=false, or `disabled` from the tls of the profile',
        ]
      : []),
    ...(/^[\x21-\x7e]+$/.test(apiKey.trim()) && !isQuoted(apiKey)
      ? []
      : [
          'TEMPORAL_API_KEY must be one line of ASCII characters without blanks and quotation marks around it',
        ]),
  ];
}
